"""A made-up published file of any size, to measure what a page and the report cost on it.

Its sessions are those of another published file (that of `make run`), again and again: on other
days, in more repositories, of more origins. Sums add up as in a real one; what no sum of sessions gives
(`bench/spread.py`) is the other file's too, again and again. Two things are not as in a real one: an origin
has another client and country in each session, and what the period marts call unique is a number of sessions.
"""

from __future__ import annotations

import argparse
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb

from bench.spread import spread
from dashboard.queries.counts import MEASURES, measured
from dashboard.queries.dimensions import DIMENSIONS
from pipeline.lake.parquet import quoted

LAST_DAY = date(2026, 11, 15)
ORIGINS_PER_SESSION = 0.1
_GRAINS = ("weekly", "monthly", "yearly")
_MADE = [
    "base.fct_pulls_base",
    *(f"base.pulls_{name}{kind}_base" for name in ("daily", *_GRAINS) for kind in ("", "_by_dimension")),
    *(f"marts.{name}" for name in ("access_patterns_daily", "pull_environments", "origin_days")),
]

# One day: each session of the model so many times, with a name, a repository and an origin of its own.
# A few repositories and a few origins have most of it.
_SESSIONS = """
create or replace temp table sessions as
with copies as (
    select model.*, hash(model.pull_id, copy.number, $day) as luck
    from model cross join range($copies) as copy(number)
)
select
    copies.* exclude (luck) replace (
        md5(cast(luck as varchar)) as pull_id,
        $day as pull_date,
        $day + (started_at - date_trunc('day', started_at)) as started_at,
        $day + (ended_at - date_trunc('day', started_at)) as ended_at,
        'team-' || cast(floor($repositories * pow(luck % 9973 / 9973, 3)) as integer) || '/app' as repository,
        cast(floor($origins * pow(luck % 1000003 / 1000003, 2)) as bigint) as origin_id,
        cast(floor($origins * pow(luck % 1000003 / 1000003, 2)) as bigint) as endpoint_id,
        tag || '-' || luck % 7 as tag,
        network_operator || ' ' || luck % 11 as network_operator,
        cast(null as bigint) as previous_origin_id,
        cast(null as bigint) as previous_endpoint_id
    )
from copies
"""
_IS_COUNTED = "outcome in ('download', 'version_check') and not is_origin_unlinkable"
_UNIQUES = ("unique_origin_count", "unique_endpoint_count")


def write(model: Path, path: Path, sessions: int, repositories: int, days: int) -> None:
    """A published file of about so many sessions, spread evenly over the days up to LAST_DAY."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(model, path)
    with duckdb.connect() as con:
        con.execute(f"attach {quoted(str(path))} as pullhouse")
        con.execute("use pullhouse.marts")
        con.execute("create temp table model as from marts.fct_pulls")
        found = con.execute("select count(*) from model").fetchone()
        copies = max(1, round(sessions / days / (found or (1,))[0]))
        _calendar(con, days)
        spread(con, [f"team-{number}/app" for number in range(repositories)])
        for name in _MADE:
            con.execute(f"delete from {name}")
        for number in range(days):
            con.execute("begin")
            _day(con, LAST_DAY - timedelta(days=days - 1 - number), copies, repositories, sessions)
            con.execute("commit")
        for name in _GRAINS:
            _longer(con, name)
        con.execute("force checkpoint pullhouse")


def _calendar(con: duckdb.DuckDBPyConnection, days: int) -> None:
    """Days, periods and their quality: all final, all with logs."""
    first = LAST_DAY - timedelta(days=days - 1)
    con.execute("create temp table quality as from base.data_quality_daily_base limit 1")
    con.execute("delete from base.data_quality_daily_base")
    con.execute("delete from marts.dim_periods")
    con.execute(
        "insert into base.data_quality_daily_base"
        " select quality.* replace (cast(day as date) as quality_date)"
        " from quality, unnest(generate_series($first, $last, interval 1 day)) as days(day)",
        {"first": first, "last": LAST_DAY},
    )
    for grain in ("day", "week", "month", "year"):
        con.execute(
            f"""
            insert into marts.dim_periods by name
            select
                '{grain}' as grain, cast(date_trunc('{grain}', day) as date) as period_start,
                cast(date_trunc('{grain}', day) + interval 1 {grain} as date) as period_end, true as is_final,
                count(*) as covered_day_count, count(*) as expected_day_count
            from unnest(generate_series($first, $last, interval 1 day)) as days(day) group by all
            """,
            {"first": first, "last": LAST_DAY},
        )


def _day(con: duckdb.DuckDBPyConnection, day: date, copies: int, repositories: int, sessions: int) -> None:
    con.execute(
        _SESSIONS,
        {
            "day": day,
            "copies": copies,
            "repositories": repositories,
            "origins": max(1, int(sessions * ORIGINS_PER_SESSION)),
        },
    )
    columns = "environment, environment_confidence, environment_reason"
    con.execute(
        f"insert into base.fct_pulls_base by name select * exclude (access_pattern, {columns}) from sessions"
    )
    con.execute(
        f"insert into marts.pull_environments by name select pull_id, pull_date, {columns} from sessions"
    )
    con.execute(
        "insert into marts.access_patterns_daily by name select pull_date as pattern_date, repository,"
        " origin_id, any_value(access_pattern) as access_pattern from sessions group by all"
    )
    con.execute(
        "insert into marts.origin_days by name select pull_date, repository, origin_id, endpoint_id,"
        " any_value(identity_epoch) as identity_epoch, sum(download_count) as download_count,"
        " count(*) filter (where outcome = 'version_check') as version_check_count from sessions"
        f" where {_IS_COUNTED} group by pull_date, repository, origin_id, endpoint_id"
    )
    measures = ", ".join(
        [measured(), *(f"count(*) filter (where {_IS_COUNTED}) as {name}" for name in _UNIQUES)]
    )
    image = "coalesce(repository, '*') as repository"
    con.execute(
        f"insert into base.pulls_daily_base by name select pull_date as period_start, {image}, {measures}"
        " from sessions group by grouping sets ((pull_date, repository), (pull_date))"
    )
    for name, sql in DIMENSIONS.items():
        if name != "repository":
            value = f"coalesce({sql}, 'unknown')"
            con.execute(
                f"insert into base.pulls_daily_by_dimension_base by name select pull_date as period_start,"
                f" {image}, '{name}' as dimension, {value} as value, {measures} from sessions"
                f" group by grouping sets ((pull_date, repository, {value}), (pull_date, {value}))"
            )


def _longer(con: duckdb.DuckDBPyConnection, name: str) -> None:
    grain = {"weekly": "week", "monthly": "month", "yearly": "year"}[name]
    sums = ", ".join(f"sum({one}) as {one}" for one in (*MEASURES, *_UNIQUES))
    for kind, keys in (("", ""), ("_by_dimension", ", dimension, value")):
        con.execute(
            f"insert into base.pulls_{name}{kind}_base by name"
            f" select cast(date_trunc('{grain}', period_start) as date) as period_start, repository{keys},"
            f" {sums}, bool_or(is_lower_bound) as is_lower_bound from base.pulls_daily{kind}_base"
            f" group by date_trunc('{grain}', period_start), repository{keys} order by period_start"
        )


def main() -> None:
    """`python -m bench.published <pullhouse.duckdb> <new file> [--sessions N …]`."""
    parser = argparse.ArgumentParser(prog="python -m bench.published", description=write.__doc__)
    parser.add_argument("model", type=Path, help="a published file, as that of `make run`")
    parser.add_argument("path", type=Path)
    parser.add_argument("--sessions", type=int, default=20_000_000)
    parser.add_argument("--repositories", type=int, default=500)
    parser.add_argument("--days", type=int, default=365)
    options = parser.parse_args()
    write(options.model, options.path, options.sessions, options.repositories, options.days)


if __name__ == "__main__":
    main()
