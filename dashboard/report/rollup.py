"""What the report knows: the marts by week (or by day, where the logs are of a few weeks only), and no more.

Whatever lies in the file can be read out of it: no pseudonym, no session, only sums and counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import duckdb
import pandas as pd

from dashboard.queries.unique_keys import UNIQUE_KEYS
from dashboard.text import visible
from pipeline.warehouse.marts import MARTS

Grain = Literal["day", "week"]
MARTS_BY_GRAIN: dict[Grain, str] = {"day": "pulls_daily", "week": "pulls_weekly"}
# Logs of five weeks or less are shown by day.
LONGEST_BY_DAY = 35
# Two years by week: one, and the year before.
MOST_PERIODS = 106
# Of each dimension; what more there is stands together in one row.
MOST_VALUES = 25
MEASURES = ("download_count", "version_check_count", "pull_count")
DIMENSIONS = (
    "tag",
    "client_name",
    "country_code",
    "cloud_provider",
    "platform",
    "environment",
    "access_pattern",
    "network_operator",
    "company",
)
INSTALLS = ("confirmed_current_count", "inferred_current_count", "stale_count", "unknown_count")
REST = "⟨all others⟩"


@dataclass(frozen=True, slots=True)
class Rollup:
    """The figures of the report; `series` and `tables` are as long as `periods`.

    periods: start (date), day_count, covered_day_count (days on which every source was heard), is_final,
    has_logs (on one day at least), in order, at most MOST_PERIODS. totals: measure → one value a period,
    None where it has no logs; the unique origins of each too.
    origins: (previous, now, count): so many origins came in period `now` and before that last in `previous`
    (numbers of periods; -1: never, or earlier than the first). From these follows the exact number of
    distinct origins of any range of periods: those with previous < first <= now <= last.
    tables: name → {"values": [...], measure: [[a value per period] per value]}; REST is the last value where
    there are more than MOST_VALUES.
    """

    grain: Grain
    periods: list[dict[str, Any]]
    is_cut: bool
    totals: dict[str, list[int | None]]
    origins: list[tuple[int, int, int]]
    tables: dict[str, dict[str, Any]]
    installs: dict[str, list[int | None]]


def read(con: duckdb.DuckDBPyConnection) -> Rollup | None:
    """The roll-up of the published marts (attached as `pullhouse`, in use); None where they hold no day."""
    grain = _grain(con)
    if grain is None:
        return None
    periods = _periods(con, grain)
    is_cut = len(periods) > MOST_PERIODS
    periods = periods.tail(MOST_PERIODS)
    places = {start: number for number, start in enumerate(periods["start"])}
    tables = {name: _table(con, sql, measures, places) for name, (sql, measures) in _tables(grain).items()}
    return Rollup(
        grain=grain,
        periods=[
            {
                **row,
                "start": row["start"].isoformat(),
                "is_final": bool(row["is_final"]),
                "has_logs": bool(row["has_logs"]),
            }
            for row in _records(periods)
        ],
        is_cut=is_cut,
        totals=_totals(con, grain, periods),
        origins=_origins(con, grain, places),
        tables=tables,
        installs=_installs(con, grain, places),
    )


def _grain(con: duckdb.DuckDBPyConnection) -> Grain | None:
    found = con.execute(
        "select date_diff('day', min(quality_date), max(quality_date)) from data_quality_daily"
        " where load_count > 0"
    ).fetchone()
    if found is None or found[0] is None:
        return None
    return "day" if found[0] < LONGEST_BY_DAY else "week"


def _periods(con: duckdb.DuckDBPyConnection, grain: Grain) -> pd.DataFrame:
    return _days(
        con.execute(
            """
            select
                periods.period_start as start, periods.expected_day_count as day_count,
                periods.covered_day_count, periods.is_final,
                coalesce(sum(quality.load_count), 0) > 0 as has_logs
            from dim_periods as periods
            left join data_quality_daily as quality
                on
                    quality.quality_date >= periods.period_start
                    and quality.quality_date < periods.period_end
            where periods.grain = ?
            group by all order by start
            """,
            [grain],
        ).df(),
        "start",
    )


def _totals(
    con: duckdb.DuckDBPyConnection, grain: Grain, periods: pd.DataFrame
) -> dict[str, list[int | None]]:
    names = (*MEASURES, "unique_origin_count")
    found = _days(
        con.execute(
            f"select period_start, {', '.join(names)} from {MARTS_BY_GRAIN[grain]} where repository = '*'"
        ).df(),
        "period_start",
    )
    known = {row["period_start"]: row for row in _records(found)}
    totals: dict[str, list[int | None]] = {name: [] for name in names}
    for row in _records(periods):
        counts = known.get(row["start"], dict.fromkeys(names, 0))
        for name in names:
            totals[name].append(int(counts[name]) if row["has_logs"] else None)
    return totals


def _origins(
    con: duckdb.DuckDBPyConnection, grain: Grain, places: dict[date, int]
) -> list[tuple[int, int, int]]:
    found = con.execute(
        f"""
        with recursive {UNIQUE_KEYS},
        seen as (
            select distinct
                coalesce(unique_keys.unique_key, origin_days.origin_id) as unique_key,
                cast(date_trunc('{grain}', origin_days.pull_date) as date) as period_start
            from {MARTS}.origin_days
            left join unique_keys on origin_days.origin_id = unique_keys.origin_id
        ),
        visits as (
            select
                period_start,
                lag(period_start) over (partition by unique_key order by period_start) as previous_start
            from seen
        )
        select previous_start, period_start, count(*) as n from visits group by all
        """
    ).fetchall()
    added: dict[tuple[int, int], int] = {}
    for previous, now, count in found:
        if now in places:
            pair = (places.get(previous, -1), places[now])
            added[pair] = added.get(pair, 0) + count
    return [(*pair, count) for pair, count in sorted(added.items())]


def _tables(grain: Grain) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name → SQL (period_start, value, measures: summed over equal periods and values), and its measures."""
    pulls = ("download_count", "version_check_count")
    mart = MARTS_BY_GRAIN[grain]
    by_dimension = {
        name: (
            f"select period_start, value, {', '.join(pulls)} from {mart}_by_dimension"
            f" where repository = '*' and dimension = '{name}'",
            pulls,
        )
        for name in DIMENSIONS
    }
    return {
        "repository": (
            f"select period_start, repository as value, {', '.join(pulls)} from {mart}"
            " where repository <> '*'",
            pulls,
        ),
        **by_dimension,
        "definition": (
            f"select {_period(grain, 'period_start')}, definition_id as value, pull_count"
            " from pull_definitions_daily where repository = '*'",
            ("pull_count",),
        ),
        "unmet": (
            f"select {_period(grain, 'demand_date')},"
            " repository || ':' || coalesce(reference, '') || ' (' || reason || ')' as value, session_count"
            " from unmet_demand_daily",
            ("session_count",),
        ),
        "excluded": (
            f"select {_period(grain, 'excluded_on')}, reason as value, line_count"
            " from excluded_traffic_daily",
            ("line_count",),
        ),
    }


def _table(
    con: duckdb.DuckDBPyConnection, sql: str, measures: tuple[str, ...], places: dict[date, int]
) -> dict[str, Any]:
    """The values with most of the first measure, then of the second, and all others together."""
    sums = ", ".join(f"cast(sum({name}) as bigint) as {name}" for name in measures)
    orders = ", ".join(f"sum({name}) desc" for name in measures)
    found = con.execute(
        f"""
        with cells as (select * from ({sql}) where period_start >= $first),
        places as (
            select value, row_number() over (order by {orders}, value) as place from cells
            group by value having {" + ".join(f"sum({name})" for name in measures)} > 0
        )
        select
            cells.period_start, least(places.place, {MOST_VALUES + 1}) as place,
            any_value(cells.value) as value, {sums}
        from cells inner join places using (value)
        group by 1, 2 order by 2, 1
        """,
        {"first": min(places)},
    ).df()
    found = _days(found, "period_start")
    names: dict[int, str] = {}
    cells: dict[str, dict[int, list[int]]] = {name: {} for name in measures}
    for row in _records(found):
        place = int(row["place"])
        names[place] = REST if place > MOST_VALUES else visible(str(row["value"]))
        for name in measures:
            line = cells[name].setdefault(place, [0] * len(places))
            line[places[row["period_start"]]] = int(row[name])
    return {"values": list(names.values()), **{name: list(rows.values()) for name, rows in cells.items()}}


def _installs(
    con: duckdb.DuckDBPyConnection, grain: Grain, places: dict[date, int]
) -> dict[str, list[int | None]]:
    """The states of installs on the last day of each period that has any."""
    found = _days(
        con.execute(
            f"""
            select {_period(grain, "install_date")}, {", ".join(INSTALLS)}
            from active_installs_daily where repository = '*' and active_install_count is not null
            qualify row_number() over (partition by period_start order by install_date desc) = 1
            """
        ).df(),
        "period_start",
    )
    states: dict[str, list[int | None]] = {name: [None] * len(places) for name in INSTALLS}
    for row in _records(found):
        if row["period_start"] in places:
            for name in INSTALLS:
                states[name][places[row["period_start"]]] = int(row[name])
    return states


def _period(grain: Grain, column: str) -> str:
    return f"cast(date_trunc('{grain}', {column}) as date) as period_start"


def _days(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame.assign(**{column: pd.to_datetime(frame[column]).dt.date})


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
