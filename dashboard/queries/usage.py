"""What the images are used for: installs, environments, access patterns, runs."""

from __future__ import annotations

import pandas as pd

from dashboard.published import query
from dashboard.queries.counts import daily_counts_by
from dashboard.queries.selection import Selection
from pipeline.warehouse.marts import MARTS


def installs(selection: Selection) -> pd.DataFrame:
    """One row per day with logs: install_date, the four states of installs, the total and its bounds."""
    one = "$repository" if selection.repository is not None else "'*'"
    return query(
        f"""
        select
            install_date, active_install_count, confirmed_current_count, inferred_current_count, stale_count,
            unknown_count, install_count_lower_bound, install_count_upper_bound
        from {MARTS}.active_installs_daily
        where repository = {one} and {selection.days("install_date")}
        order by install_date
        """,
        selection.parameters(),
    )


def over_time(selection: Selection, dimension: str, grain: str) -> pd.DataFrame:
    """One row per period and value of the dimension: period_start, value, download_count,
    version_check_count."""
    return query(
        f"""
        select
            cast(date_trunc('{grain}', pull_date) as date) as period_start, value,
            cast(sum(download_count) as bigint) as download_count,
            cast(sum(version_check_count) as bigint) as version_check_count
        from ({daily_counts_by(selection, dimension)})
        group by all
        having sum(download_session_count + version_check_count) > 0
        order by period_start, value
        """,
        selection.session_parameters(),
    )


def environments(selection: Selection, top: int) -> pd.DataFrame:
    """Why sessions are thought to come from where they come: the `top` reasons of each environment.

    environment, environment_confidence, environment_reason, download_count, version_check_count.
    """
    return query(
        f"""
        select
            environment, environment_confidence, environment_reason,
            cast(sum(download_count) as bigint) as download_count,
            count(*) filter (where outcome = 'version_check') as version_check_count
        from {MARTS}.fct_pulls
        where {selection.sessions()} and outcome in ('download', 'version_check')
        group by environment, environment_confidence, environment_reason
        qualify row_number() over (
            partition by environment order by sum(download_count) desc, count(*) desc, environment_reason
        ) <= $top
        order by environment, download_count desc, version_check_count desc, environment_reason
        """,
        selection.session_parameters() | {"top": top},
    )
