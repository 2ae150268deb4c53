"""Who asks, by company and network; and what was asked for in vain."""

from __future__ import annotations

import pandas as pd

from dashboard.published import query
from dashboard.queries.counts import daily_counts_by
from dashboard.queries.selection import Selection
from pipeline.warehouse.marts import BASE, MARTS


def companies(selection: Selection) -> pd.DataFrame:
    """One row per known company, most downloads first.

    company, download_count, version_check_count, last_seen_on; company_confidence and company_method, as most
    of its sessions of these days have them. They are read from the sessions themselves, since no period mart
    has them: of a year of 20 million that takes 0.3 CPU seconds.
    """
    image = "" if selection.repository is None else " and repository = $repository"
    return query(
        f"""
        with grounds as (
            select company, company_confidence, company_method, count(*) as session_count
            from {BASE}.fct_pulls_base
            where company is not null and {selection.days("pull_date")}{image}
            group by company, company_confidence, company_method
        ),
        best as (
            select
                company, max_by(company_confidence, session_count) as company_confidence,
                max_by(company_method, session_count) as company_method
            from grounds group by company
        )
        select
            value as company, cast(sum(download_count) as bigint) as download_count,
            cast(sum(version_check_count) as bigint) as version_check_count, max(pull_date) as last_seen_on,
            any_value(best.company_confidence) as company_confidence,
            any_value(best.company_method) as company_method
        from ({daily_counts_by(selection, "company")}) as counts left join best on counts.value = best.company
        where value <> 'unknown' and download_session_count + version_check_count > 0
        group by value
        order by download_count desc, version_check_count desc, company
        """,
        selection.session_parameters(),
    )


def unmet(selection: Selection) -> pd.DataFrame:
    """One row per image, reason and reference asked for in vain, most sessions first.

    repository, reason, reference, session_count, is_reliable (the log proves all of it), nearest_tag.
    """
    image = "" if selection.repository is None else " and repository = $repository"
    return query(
        f"""
        select
            repository, reason, reference, cast(sum(session_count) as bigint) as session_count,
            bool_and(is_reliable) as is_reliable, any_value(nearest_tag) as nearest_tag
        from {MARTS}.unmet_demand_daily
        where {selection.days("demand_date")}{image}
        group by repository, reason, reference
        order by session_count desc, repository, reason, reference
        """,
        selection.parameters(),
    )
