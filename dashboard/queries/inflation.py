"""What makes the count larger than the use: timers, clients that ask twice, few busy origins."""

from __future__ import annotations

import pandas as pd

from dashboard.published import query
from dashboard.queries.counts import daily_counts_by
from dashboard.queries.selection import Selection
from dashboard.queries.unique_keys import UNIQUE_KEYS
from pipeline.warehouse.marts import MARTS


def origins(selection: Selection, top: int) -> pd.DataFrame:
    """The `top` busiest origins of the selection, by downloads and version checks together.

    origin (a pseudonym, as text: it has 19 digits), pull_count, download_count, version_check_count,
    share (of all pulls of linkable origins, 0 to 1), client_name, access_pattern, network_operator,
    country_code (of its last session with a pull). An origin counts once across borders of key epochs.
    """
    return query(
        f"""
        with recursive {UNIQUE_KEYS},
        counts as (
            select
                coalesce(unique_keys.unique_key, seen.origin_id) as origin,
                sum(seen.download_count) as download_count,
                sum(seen.version_check_count) as version_check_count,
                sum(seen.download_count + seen.version_check_count) as pull_count
            from ({_counts_of_origins(selection)}) as seen
            left join unique_keys on seen.origin_id = unique_keys.origin_id
            group by 1
        ),
        busiest as (select * from counts order by pull_count desc, origin limit $top),
        pseudonyms as (
            select origin, origin as origin_id from busiest
            union
            select busiest.origin, unique_keys.origin_id
            from busiest inner join unique_keys on busiest.origin = unique_keys.unique_key
        ),
        described as (
            select
                pseudonyms.origin, max_by(client_name, started_at) as client_name,
                max_by(access_pattern, started_at) as access_pattern,
                max_by(network_operator, started_at) as network_operator,
                max_by(country_code, started_at) as country_code
            from {MARTS}.fct_pulls inner join pseudonyms using (origin_id)
            where {selection.sessions()} and outcome in ('download', 'version_check')
            group by 1
        )
        select
            cast(busiest.origin as varchar) as origin, cast(busiest.pull_count as bigint) as pull_count,
            cast(busiest.download_count as bigint) as download_count,
            cast(busiest.version_check_count as bigint) as version_check_count,
            busiest.pull_count / (select sum(pull_count) from counts) as share,
            coalesce(described.client_name, 'unknown') as client_name,
            coalesce(described.access_pattern, 'unknown') as access_pattern,
            coalesce(described.network_operator, 'unknown') as network_operator,
            coalesce(described.country_code, 'unknown') as country_code
        from busiest left join described using (origin)
        order by busiest.pull_count desc, busiest.origin
        """,
        selection.session_parameters() | {"top": top},
    )


def _counts_of_origins(selection: Selection) -> str:
    """SQL: origin_id, download_count, version_check_count, one or more rows an origin."""
    if selection.is_plain:
        image = "" if selection.repository is None else " and repository = $repository"
        return (
            f"select origin_id, download_count, version_check_count from {MARTS}.origin_days"
            f" where {selection.days('pull_date')}{image}"
        )
    return (
        f"select origin_id, download_count, if(outcome = 'version_check', 1, 0) as version_check_count"
        f" from {MARTS}.fct_pulls where {selection.sessions()} and outcome in ('download', 'version_check')"
        " and not is_origin_unlinkable"
    )


def pollers(selection: Selection, exact: bool = True) -> pd.Series:
    """Who polls: one row, also where nobody does.

    origin_count (origins that poll; missing unless `exact`), polling_count (their version checks),
    version_check_count (all).
    """
    counts = (
        query(
            f"""
        select
            cast(coalesce(sum(version_check_count) filter (where value = 'polling'), 0) as bigint)
                as polling_count,
            cast(coalesce(sum(version_check_count), 0) as bigint) as version_check_count
        from ({daily_counts_by(selection, "access_pattern")})
        """,
            selection.session_parameters(),
        )
        .iloc[0]
        .astype(object)
    )
    counts["origin_count"] = None
    if not exact:
        return counts
    counts["origin_count"] = query(
        f"""
        with recursive {UNIQUE_KEYS}
        select count(distinct coalesce(unique_keys.unique_key, polling.origin_id)) as n
        from ({_polling(selection)}) as polling
        left join unique_keys on polling.origin_id = unique_keys.origin_id
        """,
        selection.session_parameters(),
    )["n"].iloc[0]
    return counts


def _polling(selection: Selection) -> str:
    """SQL: origin_id of those that poll."""
    if selection.is_plain:
        image = "" if selection.repository is None else " and repository = $repository"
        return (
            f"select origin_id from {MARTS}.access_patterns_daily where access_pattern = 'polling'"
            f" and {selection.days('pattern_date')}{image}"
        )
    return (
        f"select origin_id from {MARTS}.fct_pulls where access_pattern = 'polling' and {selection.sessions()}"
    )


def clients(selection: Selection) -> pd.DataFrame:
    """One row per client and version over the days, all images: what the mart client_inflation_daily tells.

    client_name, client_version, manifest_request_count, pull_count, requests_per_pull, pulls_per_object,
    is_old_client, old_behaviour; most manifest requests first.
    """
    return query(
        f"""
        select
            client_name, client_version,
            cast(sum(manifest_request_count) as bigint) as manifest_request_count,
            cast(sum(pull_count) as bigint) as pull_count,
            round(sum(manifest_request_count) / nullif(sum(pull_count), 0), 2) as requests_per_pull,
            round(sum(pull_count) / nullif(sum(object_count), 0), 2) as pulls_per_object,
            bool_or(is_old_client) as is_old_client, any_value(old_behaviour) as old_behaviour
        from {MARTS}.client_inflation_daily
        where {selection.days("pull_date")}
        group by client_name, client_version
        order by manifest_request_count desc, client_name, client_version
        """,
        {name: value for name, value in selection.parameters().items() if name != "repository"},
    )
