"""`anomalies_daily`: loud on twelve planted events, and why; quiet on the weeks around them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.figures import unusual
from tests.support.warehouse import Warehouse


@pytest.mark.parametrize("event", unusual.EVENTS)
def test_an_event_is_told_with_its_cause(figures: Warehouse, event: str) -> None:
    day, repository, measure, direction, cause = unusual.EVENTS[event]
    found = figures.query(
        "select assessment, direction, cause from anomalies_daily"
        " where pull_date = ? and repository = ? and measure = ?",
        [(unusual.BEGUN + day * unusual.DAY).date(), repository, measure],
    )
    assert found == [("anomaly", direction, cause)]


def test_nothing_else_is_unusual(figures: Warehouse) -> None:
    """The fifth week is the first with four before it; on the last Sunday nobody was heard anywhere."""
    found = figures.query(
        "select pull_date, repository, measure from anomalies_daily"
        " where repository in (?, ?, ?) and assessment = 'anomaly' and pull_date <= ?",
        [unusual.A, unusual.B, unusual.C, (unusual.BEGUN + unusual.LAST * unusual.DAY).date()],
    )
    planted = {
        ((unusual.BEGUN + day * unusual.DAY).date(), repository, measure)
        for day, repository, measure, _, _ in unusual.EVENTS.values()
    }
    sunday = (unusual.BEGUN + unusual.SUNDAY * unusual.DAY).date()
    planted |= {(sunday, repository, unusual.CHECKS) for repository in (unusual.A, unusual.B)}
    assert set(found) == planted


def test_four_weeks_are_needed(figures: Warehouse) -> None:
    found = figures.query(
        "select assessment, min(pull_date), max(pull_date) from anomalies_daily where repository = ?"
        " and assessment = 'not_assessable' and pull_date <= ? group by assessment",
        [unusual.A, (unusual.BEGUN + unusual.LAST * unusual.DAY).date()],
    )
    begun = unusual.BEGUN.date()
    assert found == [("not_assessable", begun, begun + timedelta(days=27))]


def test_what_goes_on_is_told_once(figures: Warehouse) -> None:
    """A's last week but for its Saturday: high, high, low, low, high; then the Sunday without a log."""
    found = figures.query(
        "select direction, is_continued from anomalies_daily where repository = ? and measure = ?"
        " and assessment = 'anomaly' and pull_date <= ? order by pull_date",
        [unusual.A, unusual.CHECKS, (unusual.BEGUN + unusual.LAST * unusual.DAY).date()],
    )
    assert found == [
        ("high", False), ("high", True), ("low", False), ("low", True), ("high", False), ("low", False)
    ]  # fmt: skip


def test_the_contributors_are_named(figures: Warehouse) -> None:
    """Six clients of docker 27.5 ask fifteen times each: 90 more, all of that version."""
    found = figures.query(
        "select contributors from anomalies_daily where repository = ? and pull_date = ? and measure = ?",
        [unusual.A, (unusual.BEGUN + unusual.TUESDAY * unusual.DAY).date(), unusual.CHECKS],
    )
    assert "client_version docker 27.5: +90" in found[0][0]
