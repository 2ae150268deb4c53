"""Docker's Summary and Trends reports of verified publishers, for scripts that read those.

Columns: https://docs.docker.com/docker-hub/repos/manage/trusted-content/insights-analytics/ (2026-11), in
Docker's words and order. The newest final weeks and months; nothing is suppressed, as in Docker's own.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from dashboard.queries.unique_keys import UNIQUE_KEYS
from pipeline.warehouse.marts import BASE

_GRAINS = {"week": ("weekly", "pulls_weekly"), "month": ("monthly", "pulls_monthly")}
# Periods by grain. They are counted over sessions: of all that there are, that would take minutes.
NEWEST = {"week": 13, "month": 3}
# Without environment and access pattern, which no column here shows: joining them takes most of the time.
_SESSIONS = f"{BASE}.fct_pulls_base"
_NEVER = date(9999, 12, 31)


def _namespace(repository: str) -> str:
    """The part of a name before its last slash; a name without one is its own."""
    return f"regexp_replace({repository}, '/[^/]*$', '')"


def _summed(level: str, reference: str, rows: str, mart: str, granularity: str, first_day: date) -> str:
    return f"""
        select
            '{granularity}' as DATE_GRANULARITY, strftime(period_start, '%Y-%m-%d') as DATE_REFERENCE,
            {_namespace("repository")} as PUBLISHER_NAME, '{level}' as LEVEL, {reference} as REFERENCE,
            download_count as DATA_DOWNLOADS, version_check_count as VERSION_CHECKS, pull_count as EVENT_COUNT
        from {mart}
        where repository <> '*' and is_final and pull_count > 0 and {rows}
            and period_start >= date '{first_day}'
    """


def _digests(grain: str, granularity: str, first_day: date) -> str:
    return f"""
        select
            '{granularity}', strftime(period_start, '%Y-%m-%d'), {_namespace("repository")}, 'digest',
            repository || '@' || digest, downloads, checks, downloads + checks
        from (
            select
                cast(date_trunc('{grain}', pull_date) as date) as period_start, repository, digest,
                cast(sum(download_count) as bigint) as downloads,
                count(*) filter (where outcome = 'version_check') as checks
            from {_SESSIONS}
            where
                outcome in ('download', 'version_check') and digest is not null
                and pull_date >= date '{first_day}'
            group by all
        )
        inner join (select period_start from dim_periods where grain = '{grain}' and is_final)
            using (period_start)
    """


def _trends(grain: str, granularity: str, first_day: date) -> str:
    """Grouped twice, by origin first: that costs half of what `count(distinct …)` does."""
    keys = "period_start, repository, country_code, cloud_provider, client_name, tag"
    return f"""
        select
            '{granularity}' as DATE_GRANULARITY, strftime(period_start, '%Y-%m-%d') as DATE_REFERENCE,
            {_namespace("repository")} as PUBLISHER_NAME, repository as IMAGE_REPOSITORY,
            {_namespace("repository")} as NAMESPACE, country_code as IP_COUNTRY,
            coalesce(lower(cloud_provider), 'no csp') as CLOUD_SERVICE_PROVIDER,
            coalesce(client_name, 'unknown') as USER_AGENT, coalesce(tag, '\\N') as TAG,
            cast(sum(downloads) as bigint) as DATA_DOWNLOADS, cast(sum(checks) as bigint) as VERSION_CHECKS,
            cast(sum(downloads + checks) as bigint) as PULLS,
            cast(null as bigint) as UNIQUE_AUTHENTICATED_USERS, count(origin) as UNIQUE_UNAUTHENTICATED_USERS
        from (
            select
                {keys}, sum(download_count) as downloads,
                count(*) filter (where outcome = 'version_check') as checks,
                case when not is_origin_unlinkable then coalesce(unique_key, origin_id) end as origin
            from (
                select *, cast(date_trunc('{grain}', pull_date) as date) as period_start from {_SESSIONS}
                where outcome in ('download', 'version_check') and pull_date >= date '{first_day}'
            ) as pulls
            left join unique_keys using (origin_id)
            group by {keys}, origin
        ) as origins
        inner join (select period_start from dim_periods where grain = '{grain}' and is_final)
            using (period_start)
        group by {keys}
    """


def _summary(first_days: dict[str, date]) -> str:
    parts = []
    for grain, (granularity, mart) in _GRAINS.items():
        first_day = first_days[grain]
        by_tag = "dimension = 'tag' and value <> 'unknown'"
        parts += [
            _summed("repository", "repository", "true", mart, granularity, first_day),
            _summed(
                "tag", "repository || ':' || value", by_tag, f"{mart}_by_dimension", granularity, first_day
            ),
            _digests(grain, granularity, first_day),
        ]
    return " union all ".join(parts) + " order by 1 desc, 2, 3, 4 desc, 5"


def _all_trends(first_days: dict[str, date]) -> str:
    parts = [_trends(grain, granularity, first_days[grain]) for grain, (granularity, _) in _GRAINS.items()]
    return (
        f"with recursive {UNIQUE_KEYS}"
        + " union all ".join(parts)
        + " order by 1 desc, 2, 4, 10 desc, 6, 7, 8, 9"
    )


def read(con: duckdb.DuckDBPyConnection) -> dict[str, pd.DataFrame]:
    """The reports by name, over the published marts in use: `summary` and `trends`, with Docker's columns."""
    # As a literal, a day keeps DuckDB from reading what lies before it.
    first_days = {grain: _first_day(con, grain) for grain in _GRAINS}
    return {
        name: con.execute(sql(first_days)).df()
        for name, sql in (("summary", _summary), ("trends", _all_trends))
    }


def _first_day(con: duckdb.DuckDBPyConnection, grain: str) -> date:
    found = con.execute(
        "select min(period_start) from (select period_start from dim_periods where grain = ? and is_final"
        " order by period_start desc limit ?)",
        [grain, NEWEST[grain]],
    ).fetchone()
    return found[0] if found and found[0] else _NEVER
