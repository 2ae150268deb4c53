"""Tags and versions of one image, whatever the switches say: an install is never CI or a mirror."""

from __future__ import annotations

from datetime import date

import pandas as pd

from dashboard.published import query
from pipeline.warehouse.marts import MARTS


def adoption(repository: str, first_day: date, last_day: date, top: int) -> pd.DataFrame:
    """One row per day and version: adoption_date, version (null for all beyond the `top`), install_share
    (of the active installs; one that runs several is split over them, so that a day adds up to 1) and
    active_install_count (missing for the rest: one install counts under each of its versions).

    The versions with most installs on their best day are shown; 'unknown' is one of them or in the rest.
    """
    return query(
        f"""
        with shown as (
            select * from {MARTS}.version_adoption_daily
            where repository = $repository and adoption_date between $first_day and $last_day
        ),
        ranked as (
            select version, row_number() over (order by max(install_share) desc, version desc) as place
            from shown group by version
        )
        select
            shown.adoption_date,
            case when ranked.place <= $top then shown.version end as version,
            sum(shown.install_share) as install_share,
            case when any_value(ranked.place) <= $top then cast(sum(shown.active_install_count) as bigint) end
                as active_install_count
        from shown inner join ranked using (version)
        group by shown.adoption_date, case when ranked.place <= $top then shown.version end
        order by shown.adoption_date, version nulls last
        """,
        {"repository": repository, "first_day": first_day, "last_day": last_day, "top": top},
    )


def versions(repository: str) -> pd.DataFrame:
    """One row per version of the image, the newest first: the columns of the mart `versions` without
    repository."""
    return query(
        f"select * exclude (repository) from {MARTS}.versions where repository = $repository"
        " order by first_seen_on desc, version desc",
        {"repository": repository},
    )


def upgrade_curves(repository: str, top: int) -> pd.DataFrame:
    """Of the `top` newest versions: version, lag_days, at_risk_count, upgraded_share (1 - Kaplan-Meier
    survival)."""
    return query(
        f"""
        with newest as (
            select version from {MARTS}.versions where repository = $repository
            order by first_seen_on desc, version desc limit $top
        )
        select version, lag_days, at_risk_count, 1 - survival as upgraded_share
        from {MARTS}.upgrade_lag_curves
        where repository = $repository and version in (select version from newest) and at_risk_count > 0
        order by version, lag_days
        """,
        {"repository": repository, "top": top},
    )


def tags(repository: str | None) -> pd.DataFrame:
    """One row per image and tag, as of the last loaded day: who still uses it, and whether it may be
    retired."""
    image = "" if repository is None else "where repository = $repository"
    return query(
        f"""
        select
            repository, tag, verdict, verdict_reason, last_pulled_at, pull_count, active_install_count,
            pinned_origin_count, tool_look_up_count, company_count, successor_tag, shared_with_tags,
            round(covered_share, 3) as covered_share, as_of_date
        from {MARTS}.tag_usage {image}
        order by repository, verdict, last_pulled_at desc, tag
        """,
        {} if repository is None else {"repository": repository},
    )
