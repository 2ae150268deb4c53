"""The digest of a week in Markdown: what changed against the week before, and what made most of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from dashboard.changes import percent
from dashboard.text import plain

MEASURES = {
    "download_count": "Downloads",
    "unique_origin_count": "Unique origins",
    "version_check_count": "Version checks",
}
# Unique origins of several values overlap: a change of theirs has no parts.
EXPLAINED = ("download_count", "version_check_count")
TOP = 5
# Values of `anomalies_daily.cause` in words.
CAUSES = {
    "outage": "an outage, or logs are missing",
    "one_origin": "one origin",
    "release": "a release",
    "client_version": "a version of a client",
    "unknown": "nothing explains it",
}
# Dimensions whose new values are news.
NEWS = ("repository", "tag", "client_version", "country_code", "company")

_WEEKS = """
select period_start, is_final, covered_day_count
from dim_periods
where grain = 'week'
order by covered_day_count = expected_day_count desc, period_start desc
limit 1
"""

_VALUES = """
with cells as (
    select period_start, dimension, value, download_count, version_check_count
    from pulls_weekly_by_dimension
    where repository = '*'
    union all
    select period_start, 'repository', repository, download_count, version_check_count
    from pulls_weekly
    where repository <> '*'
)
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a dimension: how often it was counted in the week, and in the week before."""

    dimension: str
    value: str
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class UnusualDay:
    """A day whose count is far from the same weekday's of the weeks before (docs/behaviour.md).

    repository: None for all of them. cause: as in the mart `anomalies_daily`. value: what did most of the
    change, with its dimension; None where nothing did.
    """

    day: date
    repository: str | None
    measure: str
    measured: int
    usual: float
    cause: str
    dimension: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Week:
    """The figures of the digest; `before` is None where not every day of the week before has logs.

    now, before: measure → count. reasons: measure → the values that changed most in the direction of the
    whole. news: values with their downloads and checks of this week, never seen in a week before.
    unusual: the days on which something unusual began.
    """

    starts_on: date
    covered_day_count: int
    is_final: bool
    now: dict[str, int]
    before: dict[str, int] | None
    reasons: dict[str, list[Change]]
    news: list[tuple[str, str, int, int]]
    unmet: list[tuple[str, int]]
    unusual: list[UnusualDay]


def read(con: duckdb.DuckDBPyConnection) -> Week | None:
    """The newest week of which every day has logs, else the newest; None where there is none."""
    found = con.execute(_WEEKS).fetchone()
    if found is None:
        return None
    starts_on, is_final, covered = found
    now = _totals(con, starts_on)
    before = _totals(con, starts_on - timedelta(days=7)) if _is_covered(con, starts_on) else None
    return Week(
        starts_on=starts_on,
        covered_day_count=covered,
        is_final=is_final,
        now=now,
        before=before,
        reasons={
            name: _reasons(con, starts_on, name, now[name] - before[name]) if before else []
            for name in EXPLAINED
        },
        news=_news(con, starts_on) if before else [],
        unmet=_unmet(con, starts_on),
        unusual=_unusual(con, starts_on),
    )


def as_markdown(week: Week | None) -> str:
    """The digest; whatever clients wrote stands in it as text."""
    if week is None:
        return "# Container pulls\n\nNo log has been loaded yet: run `make run LOGS=<your logs>`.\n"
    last = week.starts_on + timedelta(days=6)
    parts = [f"# Container pulls of {week.starts_on} to {last}", _state(week), _headline(week)]
    if week.before is not None:
        parts += [_explained(week, name, week.before[name]) for name in EXPLAINED]
    if week.unusual:
        parts.append("## Unusual days\n\n" + "\n".join(map(_unusual_day, week.unusual)))
    if week.news:
        parts.append("## Never seen before\n\n" + "\n".join(_new(*one) for one in week.news))
    if week.unmet:
        lines = [f"* {plain(name)}: {count:,} sessions" for name, count in week.unmet]
        parts.append("## Asked for in vain\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _totals(con: duckdb.DuckDBPyConnection, starts_on: date) -> dict[str, int]:
    found = con.execute(
        f"select {', '.join(MEASURES)} from pulls_weekly where repository = '*' and period_start = ?",
        [starts_on],
    ).fetchone()
    return dict(zip(MEASURES, found or (0,) * len(MEASURES), strict=True))


def _is_covered(con: duckdb.DuckDBPyConnection, starts_on: date) -> bool:
    found = con.execute(
        "select covered_day_count = expected_day_count from dim_periods"
        " where grain = 'week' and period_start = ?",
        [starts_on - timedelta(days=7)],
    ).fetchone()
    return bool(found and found[0])


def _reasons(con: duckdb.DuckDBPyConnection, starts_on: date, measure: str, change: int) -> list[Change]:
    """The values that changed most, in the direction in which the whole did."""
    found = con.execute(
        f"""
        {_VALUES}
        select
            dimension, value,
            cast(coalesce(sum({measure}) filter (where period_start = $week), 0) as bigint) as now,
            cast(coalesce(sum({measure}) filter (where period_start < $week), 0) as bigint) as before
        from cells
        where period_start between $week - 7 and $week and value <> 'unknown'
        group by dimension, value
        having (now - before) * $direction > 0
        order by abs(now - before) desc, dimension, value
        limit {TOP}
        """,
        {"week": starts_on, "direction": 1 if change >= 0 else -1},
    ).fetchall()
    return [Change(*row) for row in found]


def _news(con: duckdb.DuckDBPyConnection, starts_on: date) -> list[tuple[str, str, int, int]]:
    return con.execute(
        f"""
        {_VALUES}
        select
            dimension, value, cast(sum(download_count) as bigint) as downloads,
            cast(sum(version_check_count) as bigint) as checks
        from cells
        where list_contains($dimensions, dimension) and value <> 'unknown' and period_start <= $week
        group by dimension, value
        having min(period_start) = $week and downloads + checks > 0
        order by downloads desc, checks desc, dimension, value
        limit {TOP}
        """,
        {"week": starts_on, "dimensions": list(NEWS)},
    ).fetchall()


def _unmet(con: duckdb.DuckDBPyConnection, starts_on: date) -> list[tuple[str, int]]:
    return con.execute(
        """
        select
            repository || coalesce(':' || reference, '') || ' (' || reason || ')' as name,
            cast(sum(session_count) as bigint) as sessions
        from unmet_demand_daily
        where demand_date between ? and ?
        group by name
        order by sessions desc, name
        limit 3
        """,
        [starts_on, starts_on + timedelta(days=6)],
    ).fetchall()


def _unusual(con: duckdb.DuckDBPyConnection, starts_on: date) -> list[UnusualDay]:
    """Where an image's own day is unusual, that of all images says the same again: it is left out."""
    found = con.execute(
        f"""
        select
            pull_date, nullif(repository, '*'), measure, measured, usual, cause, top_dimension, top_value
        from anomalies_daily
        where assessment = 'anomaly' and not is_continued and pull_date between ? and ?
        qualify repository <> '*' or count(*) over (partition by pull_date, measure, direction) = 1
        order by abs(measured - usual) desc, pull_date, repository, measure
        limit {TOP}
        """,
        [starts_on, starts_on + timedelta(days=6)],
    ).fetchall()
    return [UnusualDay(*row) for row in found]


def _state(week: Week) -> str:
    words = "Final." if week.is_final else "**Not final**: logs may still come, and the figures change."
    if week.covered_day_count < 7:
        words += f" **Only {week.covered_day_count} of 7 days have logs.**"
    return f"{words} Days are UTC."


def _headline(week: Week) -> str:
    if week.before is None:
        rows = [f"| {label} | {week.now[name]:,} |" for name, label in MEASURES.items()]
        table = ["| | this week |", "|---|---:|", *rows]
        return "\n".join([*table, "", "Not compared: not every day of the week before has logs."])
    rows = [
        f"| {label} | {week.now[name]:,} | {week.before[name]:,} |"
        f" {percent(week.now[name], week.before[name]) or ''} |"
        for name, label in MEASURES.items()
    ]
    return "\n".join(["| | this week | the week before | change |", "|---|---:|---:|---:|", *rows])


def _explained(week: Week, measure: str, then: int) -> str:
    change = week.now[measure] - then
    title = f"## {MEASURES[measure]}: {_more(change)} than the week before"
    if not week.reasons[measure]:
        return f"{title}\n\nNo value of any dimension stands out."
    lines = [
        f"* {one.dimension} {plain(one.value)}: {one.now:,}, {_more(one.now - one.then)}"
        for one in week.reasons[measure]
    ]
    return "\n".join(
        [title, "", "Most of it, by any one dimension (they overlap, so these do not add up):", "", *lines]
    )


def _more(change: int) -> str:
    return f"{abs(change):,} {'fewer' if change < 0 else 'more'}" if change else "no more and no fewer"


def _new(dimension: str, value: str, downloads: int, checks: int) -> str:
    return f"* {dimension} {plain(value)}: {downloads:,} downloads, {checks:,} version checks"


def _unusual_day(one: UnusualDay) -> str:
    where = plain(one.repository) if one.repository else "all images"
    most = f"; most of it {one.dimension} {plain(one.value)}" if one.value else ""
    counted = f"{one.measured:,} {MEASURES[one.measure].lower()}, {one.usual:,.0f} are usual"
    return f"* {one.day:%A} {one.day}, {where}: {counted} ({CAUSES[one.cause]}{most})"
