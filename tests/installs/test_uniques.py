"""Uniques of any window, against a count over the lines that knows no pseudonym and no epoch."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline.warehouse.plan import PERIODS
from tests.installs.conftest import Built
from tests.installs.traffic import CROWD, DAY, FIRST, LAST, WITH_GAP, Line, day_of, days

Window = frozenset[date]
Uniques = tuple[int, int]

# ISO weeks over the epochs' borders of 1 February and 1 March, both Sundays.
BORDER_WEEKS = [date(2026, 1, 26), date(2026, 2, 23)]
SPAN = days(FIRST, LAST)


def windows() -> dict[str, Window]:
    """Days, ISO weeks, months, the year, trailing 7 and 30 days, every weekday of the year."""
    found = {f"day {day}": {day} for day in SPAN}
    found |= {f"{n} days to {day}": set(days(day - (n - 1) * DAY, day)) for n in (7, 30) for day in SPAN}
    found |= {f"week of {day}": set(days(day, day + 6 * DAY)) for day in SPAN if day.weekday() == 0}
    found |= {f"month {n}": {day for day in SPAN if day.month == n} for n in (1, 2, 3)}
    found |= {f"weekday {n}": {day for day in SPAN if day.weekday() == n} for n in range(7)}
    found["year"] = set(SPAN)
    return {name: frozenset(window) for name, window in found.items()}


def truth(lines: Iterable[Line], window: Window) -> Uniques:
    """Distinct addresses and clients, and distinct addresses, by brute force: IPv4 and fixed clients only."""
    seen = [line for line in lines if day_of(line) in window]
    origins = {(line["remote_addr"], line["user_agent"]) for line in seen}
    return len(origins), len({address for address, _ in origins})


def wrong(con: duckdb.DuckDBPyConnection, lines: list[Line]) -> dict[str, tuple[Uniques, Uniques]]:
    """Windows whose uniques differ from the truth: what was found, and what is true."""
    found = {name: (counted(con, CROWD, window), truth(lines, window)) for name, window in windows().items()}
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def counted(con: duckdb.DuckDBPyConnection, repository: str, window: Window) -> Uniques:
    """What the published macro says."""
    rows = con.execute(
        "select unique_origin_count, unique_endpoint_count from uniques_on($days) where repository = $name",
        {"days": sorted(window), "name": repository},
    ).fetchall()
    return rows[0] if rows else (0, 0)


@pytest.fixture
def published(built: Built, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A copy of the published file that a test may spoil, attached as the documentation says."""
    shutil.copy(built.warehouse.settings.marts, tmp_path / "copy.duckdb")
    con = duckdb.connect()
    con.execute(f"attach '{tmp_path / 'copy.duckdb'}' as pullhouse")
    con.execute("use pullhouse.marts")
    return con


def test_uniques_of_any_window_are_exact(built: Built, published: duckdb.DuckDBPyConnection) -> None:
    assert wrong(published, built.crowd) == {}


def test_ignored_previous_ids_are_noticed(built: Built, published: duckdb.DuckDBPyConnection) -> None:
    """The planted defect: without the second pseudonyms, who came on both sides of a border counts twice."""
    published.execute("update origin_days set previous_origin_id = null, previous_endpoint_id = null")
    spoilt = wrong(published, built.crowd)
    assert {f"week of {day}" for day in BORDER_WEEKS} <= spoilt.keys()
    assert not any(name.startswith("day ") for name in spoilt)
    assert all(found > true for found, true in spoilt.values())


def test_period_marts_say_the_same(built: Built) -> None:
    """The marts count by the same macro: every day, ISO week, month and the year."""
    for mart, kind in (("daily", "day"), ("weekly", "week"), ("monthly", "month"), ("yearly", "year")):
        found = built.warehouse.query(
            f"select period_start, unique_origin_count, unique_endpoint_count from pulls_{mart}"
            " where repository = ?",
            [CROWD],
        )
        assert {
            start: truth(built.crowd, frozenset(day for day in SPAN if PERIODS[kind](day) == start))
            for start, *_ in found
        } == {start: tuple(uniques) for start, *uniques in found}
        assert {start for start, *_ in found} == {PERIODS[kind](day_of(line)) for line in built.crowd}


def test_uniques_by_dimension_cross_the_border_too(built: Built) -> None:
    """The client of a week over the border: addresses with docker are as many origins as endpoints."""
    found = built.warehouse.query(
        "select period_start, sum(unique_origin_count) from pulls_weekly_by_dimension"
        " where repository = ? and dimension = 'client_name' group by period_start",
        [CROWD],
    )
    by_week = dict(found)
    for week in BORDER_WEEKS:
        assert by_week[week] == truth(built.crowd, frozenset(days(week, week + 6 * DAY)))[0]


def test_between_excludes_the_day_after(built: Built) -> None:
    """`uniques_between` takes the first day and the day after the last."""
    found = built.warehouse.query(
        "select unique_origin_count from uniques_between('2026-02-01', '2026-02-04') where repository = ?",
        [CROWD],
    )
    assert found == [(truth(built.crowd, frozenset(days(date(2026, 2, 1), date(2026, 2, 3))))[0],)]


def test_the_limit_of_short_epochs(built: Built, published: duckdb.DuckDBPyConnection) -> None:
    """Stated in docs/uniques.md: seen in January and March only, an origin counts twice over both."""
    assert counted(published, WITH_GAP, frozenset({date(2026, 1, 31), date(2026, 3, 1)})) == (2, 2)
    assert counted(published, WITH_GAP, frozenset({date(2026, 1, 31)})) == (1, 1)
