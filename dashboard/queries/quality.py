"""How far the figures can be trusted: fresh, without gaps, with every line accounted for."""

from __future__ import annotations

import pandas as pd

from dashboard.published import query
from dashboard.queries.selection import Selection
from pipeline.screens import expected
from pipeline.warehouse.marts import BASE, MARTS

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
    """One row per log format: log_format, object_count, line_count, quarantined_count, and expected_accuracy.

    The last is how many recorded scenarios are counted exactly with such a gateway and such logs.
    """
    found = query(
        f"""
        select
            log_format, count(*) as object_count, cast(sum(line_count) as bigint) as line_count,
            cast(sum(quarantined_count) as bigint) as quarantined_count
        from {MARTS}.load_ledger where not is_superseded
        group by log_format order by line_count desc, log_format
        """
    )
    mode, has_catalogue, has_all_fields, has_clients = gateway()
    measured = [expected.measured_as({name}, has_all_fields, has_clients) for name in found["log_format"]]
    figures = [expected.figure(mode, name, has_catalogue) or "not measured" for name in measured]
    return found.assign(expected_accuracy=figures)


def gateway() -> tuple[str, bool, bool, bool]:
    """How the gateway answered in the last week that was logged: a key of `expected.GATEWAYS`.

    Then three answers: does a catalogue know platforms, does the log say whether what was sent arrived, and
    does it say which client asked?
    """
    found = query(
        f"""
        with newest as (select max(quality_date) as day from {MARTS}.data_quality_daily)
        select
            coalesce(bool_or(completeness = 'requested'), false) as has_redirects,
            coalesce(bool_or(outcome = 'version_check' and digest is not null), false) as has_answers,
            coalesce(bool_or(platform is not null), false) as has_catalogue,
            (
                select coalesce(sum(unknown_completion_count) < sum(distinct_count), false)
                from {MARTS}.data_quality_daily
            ) as has_all_fields,
            (
                select coalesce(sum(unknown_client_count) < sum(distinct_count), false)
                from {MARTS}.data_quality_daily
            ) as has_clients
        from {BASE}.fct_pulls_base
        where pull_date > (select day - 7 from newest)
        """
    ).iloc[0]
    mode = "proxies"
    if found["has_redirects"]:
        mode = "redirects some requests and proxies others" if found["has_answers"] else "redirects"
    return mode, bool(found["has_catalogue"]), bool(found["has_all_fields"]), bool(found["has_clients"])


def quarantined() -> pd.DataFrame:
    """One row per reason of the quarantine and missing field: reason, field, line_count, object_count."""
    return query(
        f"""
        select
            reason, coalesce(field, '') as field, cast(sum(line_count) as bigint) as line_count,
            count(distinct load_id) as object_count
        from {MARTS}.quarantine_reasons
        group by reason, field order by line_count desc, reason, field
        """
    )


def refused() -> pd.DataFrame:
    """One row per object that could not be loaded: object_name, source_name, reason, refused_since."""
    return query(
        f"""
        select object_name, source_name, reason, refused_since
        from {MARTS}.refused_objects order by source_name, object_name
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
