"""What was unusual, who came back, and what an event did to the downloads."""

from __future__ import annotations

import pandas as pd

from dashboard.published import query
from dashboard.queries.selection import Selection
from pipeline.warehouse.marts import MARTS


def anomalies(selection: Selection) -> pd.DataFrame:
    """One row per unusual day, image and measure, the newest first.

    pull_date, repository ('*': all), measure, measured, usual, direction, cause, top_dimension, top_value,
    top_share, is_continued, z_score.
    """
    return query(
        f"""
        select
            pull_date, repository, measure, measured, usual, direction, cause, top_dimension, top_value,
            round(top_share, 3) as top_share, is_continued, round(z_score, 1) as z_score
        from {MARTS}.anomalies_daily
        where assessment = 'anomaly' and {selection.days("pull_date")}{_of_image(selection)}
        order by pull_date desc, repository, measure
        """,
        selection.parameters(),
    )


def assessed_days(selection: Selection) -> int:
    """How many days of the selection could be compared with four weeks before or more."""
    frame = query(
        f"""
        select count(distinct pull_date) as n from {MARTS}.anomalies_daily
        where assessment <> 'not_assessable' and {selection.days("pull_date")}{_of_image(selection)}
        """,
        selection.parameters(),
    )
    return int(frame["n"].iloc[0])


def cohorts(selection: Selection) -> pd.DataFrame:
    """One row per week that begins in the days: week_start, and its origins by when they came before."""
    return query(
        f"""
        select
            week_start, new_origin_count, returning_origin_count, revived_origin_count, lapsed_origin_count,
            unique_origin_count, maybe_seen_before_count, covered_share
        from {MARTS}.origin_cohorts_weekly
        where repository = {_one(selection)} and week_start between $first_day and $last_day
        order by week_start
        """,
        _without_weekdays(selection),
    )


def curves(selection: Selection, newest: int) -> pd.DataFrame:
    """Of the newest cohorts of the days: cohort_week, weeks_since, retention, and the counts that make it."""
    return query(
        f"""
        with shown as (
            select * from {MARTS}.origin_cohort_curves
            where repository = {_one(selection)} and cohort_week between $first_day and $last_day
        ),
        newest as (select distinct cohort_week from shown order by cohort_week desc limit $newest)
        select
            strftime(cohort_week, '%Y-%m-%d') as cohort_week, weeks_since, retention, unique_origin_count,
            cohort_origin_count, is_lower_bound
        from shown where cohort_week in (select cohort_week from newest)
        order by cohort_week, weeks_since
        """,
        _without_weekdays(selection) | {"newest": newest},
    )


def events(selection: Selection) -> pd.DataFrame:
    """One row per event and release of the days, the newest first: the columns of the mart `event_lift`."""
    return query(
        f"""
        select
            event_date, repository, kind, label, assessment, round(lift, 3) as lift,
            round(lift_lower, 3) as lift_lower, round(lift_upper, 3) as lift_upper, download_count,
            round(usual_download_count, 1) as usual_download_count, week_count,
            overlapping_events, doubt, source
        from {MARTS}.event_lift
        where event_date between $first_day and $last_day{_of_image(selection)}
        order by event_date desc, repository, kind, label
        """,
        _without_weekdays(selection),
    )


def _of_image(selection: Selection) -> str:
    """All images, or the one; what is said of all of them stands beside it."""
    return "" if selection.repository is None else " and repository in ('*', $repository)"


def _one(selection: Selection) -> str:
    return "'*'" if selection.repository is None else "$repository"


def _without_weekdays(selection: Selection) -> dict[str, object]:
    return {name: value for name, value in selection.parameters().items() if name != "weekdays"}
