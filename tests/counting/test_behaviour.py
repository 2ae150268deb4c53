"""How origins behave and what was not counted, from the lines to the marts."""

from __future__ import annotations

import pytest

from tests.support.counted import Counted


@pytest.mark.parametrize("name", ["talk/first", "talk/first-with-layers"])
def test_the_talks_first_table_is_polling_every_five_minutes(counted: Counted, name: str) -> None:
    """Five look-ups, four gaps of 5 min; docker's HEAD and GET at 12:00 are one look-up."""
    found = counted.warehouse.query(
        "select access_pattern, period_seconds, lookup_count, gap_variation"
        " from access_patterns_daily where repository = ?",
        [name],
    )
    assert found == [("polling", 300, 5, 0.0)]
    pulls = counted.warehouse.query("select access_pattern from fct_pulls where repository = ?", [name])
    assert pulls == [("polling",)] * 5


@pytest.mark.parametrize("name", ["talk/second", "talk/second-with-layers"])
def test_the_talks_second_table_is_local_development(counted: Counted, name: str) -> None:
    """Four look-ups on the first day are too few to tell; with the second day's three, variation 2.07."""
    found = counted.warehouse.query(
        "select access_pattern, lookup_count, tag_count, round(gap_variation, 2)"
        " from access_patterns_daily where repository = ? order by pattern_date",
        [name],
    )
    assert [row[:3] for row in found] == [("unknown", 4, 1), ("interactive", 7, 2)]
    assert found[1][3] == 2.07


def unaccounted(counted: Counted, seen_as_counted: tuple[str, ...]) -> int:
    """Lines of the ledger that are neither excluded nor in sessions of these outcomes, tag lists aside."""
    (lines,) = counted.warehouse.query("select sum(line_count) from load_ledger where not is_superseded")
    (excluded,) = counted.warehouse.query("select sum(line_count) from excluded_traffic_daily")
    (pulls,) = counted.warehouse.query(
        "select count(*) from pull_requests inner join fct_pulls using (pull_id)"
        " where list_contains(?, outcome) and request_kind <> 'tags'",
        [list(seen_as_counted)],
    )
    return int(lines[0] - excluded[0] - pulls[0])


def test_every_line_is_counted_or_excluded(counted: Counted) -> None:
    assert unaccounted(counted, ("download", "version_check")) == 0
    reasons = {
        row[0] for row in counted.warehouse.query("select distinct reason from excluded_traffic_daily")
    }
    assert {"ping", "token", "challenge", "tag_list", "failed", "inspect", "interrupted"} <= reasons


def test_a_kind_of_session_left_out_is_noticed(counted: Counted) -> None:
    """The planted defect: version checks neither counted nor excluded, or failures both."""
    assert unaccounted(counted, ("download",)) > 0
    assert unaccounted(counted, ("download", "version_check", "failed")) < 0
