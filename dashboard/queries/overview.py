"""Downloads, unique origins and version checks of a selection: its totals, and over time."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from dashboard.published import query
from dashboard.queries.counts import (
    MEASURES,
    SESSIONS_COUNTED_AT_ONCE,
    daily_counts,
    origin_rows,
)
from dashboard.queries.selection import Selection
from dashboard.queries.unique_keys import UNIQUE_KEYS
from pipeline.warehouse.marts import MARTS

Grain = Literal["day", "week", "month", "year"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "year")
MARTS_BY_GRAIN = {
    "day": "pulls_daily",
    "week": "pulls_weekly",
    "month": "pulls_monthly",
    "year": "pulls_yearly",
}


def coverage(selection: Selection) -> pd.Series:
    """How much is known of the days of the selection.

    day_count, covered_day_count (days with logs), final_day_count.
    """
    frame = query(
        f"""
        with days as (
            select cast(unnest(generate_series($first_day, $last_day, interval 1 day)) as date) as date_day
        )
        select
            count(*) as day_count,
            count(*) filter (where quality.load_count > 0) as covered_day_count,
            count(*) filter (where periods.is_final) as final_day_count
        from days
        left join {MARTS}.data_quality_daily as quality on days.date_day = quality.quality_date
        left join {MARTS}.dim_periods as periods
            on periods.grain = 'day' and days.date_day = periods.period_start
        where {selection.days("days.date_day")}
        """,
        _days_only(selection),
    )
    return frame.iloc[0]


def newest_day() -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """First and last day with logs; None where nothing was loaded."""
    frame = query(
        f"select min(quality_date) as first, max(quality_date) as last from {MARTS}.data_quality_daily"
        " where load_count > 0"
    )
    first, last = frame.iloc[0]
    return None if pd.isna(last) else (pd.Timestamp(first), pd.Timestamp(last))


def sums(selection: Selection) -> pd.Series:
    """MEASURES over the whole selection, and is_lower_bound."""
    added = ", ".join(f"cast(coalesce(sum({name}), 0) as bigint) as {name}" for name in MEASURES)
    return query(
        f"select {added}, coalesce(bool_or(is_lower_bound), false) as is_lower_bound"
        f" from ({daily_counts(selection)})",
        selection.session_parameters(),
    ).iloc[0]


def totals(selection: Selection, exact: bool = True) -> pd.Series:
    """`sums`, and unique_origin_count: distinct origins of all days of the selection.

    The latter is missing where counting takes seconds (SESSIONS_COUNTED_AT_ONCE) and `exact` is false.
    """
    counts = sums(selection)
    counts["unique_origin_count"] = None
    if exact or counts["session_count"] <= SESSIONS_COUNTED_AT_ONCE:
        counts["unique_origin_count"] = query(
            f"with recursive {UNIQUE_KEYS} select count(distinct unique_key) as n from"
            f" ({origin_rows(selection)})",
            selection.session_parameters(),
        )["n"].iloc[0]
    return counts


def series(selection: Selection, grain: Grain, exact: bool = True) -> pd.DataFrame:
    """One row per period that the selection touches, in order.

    period_start; download_count, version_check_count, pull_count, unique_origin_count (distinct in the
    period, never summed); day_count and covered_day_count (days of the selection in it, and those with
    logs); is_final (the period can no longer change); is_whole (no day of the period lies outside the
    range). Counts of a period without any log are missing, not 0. With `exact` false, uniques are read from
    the period mart: missing for a part of a period, or under filters.
    """
    shown = ("download_count", "version_check_count", "pull_count")
    sums = ", ".join(f"cast(sum(counts.{name}) as bigint) as {name}" for name in shown)
    values = ", ".join(
        f"case when spans.covered_day_count > 0 then coalesce(sums.{name}, 0) end as {name}" for name in shown
    )
    return query(
        f"""
        with recursive {UNIQUE_KEYS},
        days as (
            select cast(unnest(generate_series($first_day, $last_day, interval 1 day)) as date) as date_day
        ),
        spans as (
            select
                {_period(grain, "days.date_day")} as period_start, count(*) as day_count,
                count(*) filter (where quality.load_count > 0) as covered_day_count
            from days left join {MARTS}.data_quality_daily as quality on days.date_day = quality.quality_date
            where {selection.days("days.date_day")}
            group by all
        ),
        sums as (
            select {_period(grain, "counts.pull_date")} as period_start, {sums}
            from ({daily_counts(selection)}) as counts group by all
        ),
        uniques as ({_uniques(selection, grain, exact)})
        select
            spans.period_start, {values},
            case when spans.covered_day_count > 0 then
                {"coalesce(uniques.unique_origin_count, 0)" if exact else "uniques.unique_origin_count"}
            end as unique_origin_count,
            spans.day_count, spans.covered_day_count,
            coalesce(periods.is_final, false) as is_final,
            spans.period_start >= $first_day
                and cast(spans.period_start + interval 1 {grain} as date) <= $last_day + 1 as is_whole
        from spans
        left join sums using (period_start)
        left join uniques using (period_start)
        left join {MARTS}.dim_periods as periods
            on periods.grain = '{grain}' and spans.period_start = periods.period_start
        order by spans.period_start
        """,
        selection.session_parameters(),
    )


def definitions(selection: Selection) -> pd.DataFrame:
    """What each published definition counts in the range: definition_id, pull_count; the largest first."""
    one = "$repository" if selection.repository is not None else "'*'"
    return query(
        f"""
        select definition_id, cast(sum(pull_count) as bigint) as pull_count
        from {MARTS}.pull_definitions_daily
        where repository = {one} and {selection.days("period_start")}
        group by definition_id order by pull_count desc, definition_id
        """,
        selection.parameters(),
    )


def _uniques(selection: Selection, grain: Grain, exact: bool) -> str:
    if exact:
        return (
            f"select {_period(grain, 'pull_date')} as period_start, count(distinct unique_key)"
            f" as unique_origin_count from ({origin_rows(selection)}) group by all"
        )
    one = "$repository" if selection.repository is not None else "'*'"
    whole = selection.is_plain and not selection.weekdays
    return (
        f"select period_start, unique_origin_count from {MARTS}.{MARTS_BY_GRAIN[grain]} where repository"
        f" = {one}"
        f" and {str(whole).lower()} and period_start >= $first_day"
        f" and cast(period_start + interval 1 {grain} as date) <= $last_day + 1"
    )


def _days_only(selection: Selection) -> dict[str, object]:
    return {name: value for name, value in selection.parameters().items() if name != "repository"}


def _period(grain: Grain, column: str) -> str:
    return f"cast(date_trunc('{grain}', {column}) as date)"
