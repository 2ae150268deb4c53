"""A source is silent by its own past."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipeline.watch import rhythm

TODAY = date(2026, 3, 31)


def ago(*days: int) -> list[date]:
    return [TODAY - timedelta(days=count) for count in days]


@pytest.mark.parametrize(
    ("days", "gap", "is_silent"),
    [
        (ago(4, 3, 2), 1, False),  # twice its longest gap, and no longer
        (ago(5, 4, 3), 1, True),
        (ago(17, 10, 3), 7, False),
        (ago(29, 22, 15), 7, True),
        (ago(100, 93, 92, 14), 78, False),  # irregular: it may be away for long
        (ago(400, 399), None, False),  # two days are no habit
        (ago(400), None, False),
        (ago(2, 1, 0), 1, False),
    ],
)
def test_longer_than_twice_the_longest_gap(days: list[date], gap: int | None, is_silent: bool) -> None:
    found = rhythm.of_days(days, TODAY)
    assert found is not None
    assert (found.longest_gap, found.is_silent) == (gap, is_silent)


def test_what_it_did_long_ago_is_no_habit() -> None:
    daily = ago(*range(3, 3 + rhythm.REMEMBERED_DAYS))
    found = rhythm.of_days([*daily, *ago(200)], TODAY)
    assert found == rhythm.Rhythm(TODAY - timedelta(days=3), 1, 3)
    assert found.is_silent


def test_a_day_of_a_wrong_clock_hides_nothing() -> None:
    found = rhythm.of_days([*ago(9, 8, 7), date(2099, 1, 1)], TODAY)
    assert found is not None
    assert found.is_silent
    assert rhythm.of_days([date(2099, 1, 1)], TODAY) is None
    assert rhythm.of_days([], TODAY) is None
