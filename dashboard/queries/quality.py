"""How far the figures can be trusted: fresh, without gaps, with every line accounted for."""

from __future__ import annotations

import pandas as pd

from dashboard.published import query
from dashboard.queries.selection import Selection
from pipeline.warehouse.marts import MARTS

_UNKNOWN = (
    "unknown_client_count",
    "unknown_country_count",
    "unknown_operator_count",
    "unknown_completion_count",
)


def days(selection: Selection) -> pd.DataFrame:
    """One row per day of the selection.

    quality_date, load_count, distinct_count (requests), duplicate_count, and the requests with something
    unknown: all missing on a day without logs, where is_gap is true.
    """
    columns = ", ".join(
        f"quality.{name}" for name in ("load_count", "distinct_count", "duplicate_count", *_UNKNOWN)
    )
    return query(
        f"""
        with days as (
            select
                cast(unnest(generate_series($first_day, $last_day, interval 1 day)) as date) as quality_date
        )
        select days.quality_date, {columns}, coalesce(quality.load_count, 0) = 0 as is_gap
        from days left join {MARTS}.data_quality_daily as quality using (quality_date)
        where {selection.days("days.quality_date")}
        order by days.quality_date
        """,
        _without_image(selection),
    )


def ledger() -> pd.Series:
    """The lines of all loaded objects.

    object_count, line_count, quarantined_count, skipped_count, opted_out_count, last_logged_at.
    """
    names = ("line_count", "quarantined_count", "skipped_count", "opted_out_count")
    sums = ", ".join(f"cast(coalesce(sum({name}), 0) as bigint) as {name}" for name in names)
    frame = query(
        f"select count(*) as object_count, {sums}, max(last_logged_at) as last_logged_at"
        f" from {MARTS}.load_ledger where not is_superseded"
    )
    return frame.iloc[0]


def formats() -> pd.DataFrame:
    """One row per log format: log_format, object_count, line_count, quarantined_count."""
    return query(
        f"""
        select
            log_format, count(*) as object_count, cast(sum(line_count) as bigint) as line_count,
            cast(sum(quarantined_count) as bigint) as quarantined_count
        from {MARTS}.load_ledger where not is_superseded
        group by log_format order by line_count desc, log_format
        """
    )


def excluded(selection: Selection) -> pd.DataFrame:
    """Lines of the days that are in no download and no version check: reason, line_count."""
    image = "" if selection.repository is None else " and repository = $repository"
    return query(
        f"""
        select reason, cast(sum(line_count) as bigint) as line_count
        from {MARTS}.excluded_traffic_daily
        where {selection.days("excluded_on")}{image}
        group by reason order by line_count desc, reason
        """,
        selection.parameters(),
    )


def _without_image(selection: Selection) -> dict[str, object]:
    return {name: value for name, value in selection.parameters().items() if name != "repository"}
