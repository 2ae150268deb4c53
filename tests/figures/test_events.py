"""`event_lift` and `releases_monthly`, recomputed from what was planned; a calendar with wrong rows."""

from __future__ import annotations

from datetime import date, timedelta
from math import exp, sqrt
from statistics import mean, variance

import pytest

from tests.figures import events
from tests.support.warehouse import Warehouse

# Student's t at 97.5 % for seven degrees of freedom, from a printed table.
T_7 = 2.365


def interval(week_of: date) -> tuple[float, float, float]:
    """Lift and its interval by the formula of docs/behaviour.md, from the downloads that were planned."""
    counted = events.downloads()
    weeks = [
        sum(counted[week_of - timedelta(days=7 * back) + timedelta(days=day)] for day in range(7))
        for back in range(9)
    ]
    after, before = weeks[0], weeks[1:]
    dispersion = max(1, variance(before) / mean(before))
    error = T_7 * sqrt(dispersion * (1 / after + 1 / sum(before)))
    ratio = after / mean(before)
    return ratio - 1, ratio * exp(-error) - 1, ratio * exp(error) - 1


def test_a_talk_that_doubled_the_downloads(figures: Warehouse) -> None:
    (found,) = figures.query(
        "select lift, lift_lower, lift_upper, assessment, week_count, overlapping_events from event_lift"
        " where repository = ? and event_date = ?",
        [events.TALKED, events.TALK],
    )
    assert found[:3] == pytest.approx(interval(events.TALK), abs=0.0001)
    assert found[3:] == ("rise", 8, "went round (2026-06-29)")
    assert found[1] < 1 < found[2]


def test_nothing_happened(figures: Warehouse) -> None:
    """Five weeks before 8 June are logged."""
    found = figures.query(
        "select assessment, week_count, lift_lower < 0 and lift_upper > 0 from event_lift"
        " where label = 'nothing happened'"
    )
    assert found == [("no_change_shown", 5, True)]


def test_a_release_is_learned_and_taken(figures: Warehouse) -> None:
    """1.1.0 has no five weeks before it; in July eight installs, one release, taken by five."""
    found = figures.query(
        "select kind, label, source, assessment from event_lift where repository = ?", [events.RELEASED]
    )
    assert found == [("release", "1.1.0", "logs", "not_assessable")]
    found = figures.query(
        "select release_count, download_count, downloads_per_release, active_install_count, update_uptake"
        " from releases_monthly where repository = ?",
        [events.RELEASED],
    )
    assert found == [(1, 13, 13.0, 8, 0.625)]


def test_wrong_rows_are_named_and_the_rest_goes_on(figures: Warehouse) -> None:
    problems = dict(
        figures.query("select line_number, problem from own_file_problems where file = 'events.csv'")
    )
    assert problems == {
        4: "date is '2026-06-31': write a day that there is, as YYYY-MM-DD",
        5: "date is '29.06.2026': write a day that there is, as YYYY-MM-DD",
        6: "nobody has asked for a repository events/tolked: write it as in the column repository of"
        " pulls_daily",
        8: "the same as line 2: it counts once",
        10: "it has 3 cells instead of 4; write a text with a comma in quotation marks",
        11: "kind is empty",
    }
    rest = figures.query("select label from event_lift where source = 'events.csv' order by label")
    assert rest == [("a talk, in a hall",), ("nothing happened",), ("went round",)]
