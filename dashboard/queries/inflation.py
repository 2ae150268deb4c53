"""What makes the count larger than the use: timers, clients that ask twice, few busy origins."""

from __future__ import annotations

import pandas as pd

from dashboard.published import query
from dashboard.queries.selection import Selection
from dashboard.queries.unique_keys import UNIQUE_KEYS
from pipeline.warehouse.marts import MARTS

_PULLS = "case when outcome = 'version_check' then 1 else download_count end"


def origins(selection: Selection, top: int) -> pd.DataFrame:
    """The `top` busiest origins of the selection, by downloads and version checks together.

    origin (a pseudonym, as text: it has 19 digits), pull_count, download_count, version_check_count,
    share (of all
    pulls of linkable origins, 0 to 1), client_name, access_pattern, network_operator, country_code (of
    its last
    session). An origin counts once across borders of key epochs.
    """
    return query(
        f"""
        with recursive {UNIQUE_KEYS},
        seen as (
            select
                coalesce(unique_keys.unique_key, sessions.origin_id) as origin, sessions.*, {_PULLS} as pulls
            from (
                select * from {MARTS}.fct_pulls where {selection.sessions()}
                and outcome in ('download', 'version_check') and not is_origin_unlinkable
            ) as sessions
            left join unique_keys on sessions.origin_id = unique_keys.origin_id
        )
        select
            cast(origin as varchar) as origin, cast(sum(pulls) as bigint) as pull_count,
            cast(sum(download_count) as bigint) as download_count,
            count(*) filter (where outcome = 'version_check') as version_check_count,
            sum(pulls) / (select sum(pulls) from seen) as share,
            coalesce(max_by(client_name, started_at), 'unknown') as client_name,
            coalesce(max_by(access_pattern, started_at), 'unknown') as access_pattern,
            coalesce(max_by(network_operator, started_at), 'unknown') as network_operator,
            coalesce(max_by(country_code, started_at), 'unknown') as country_code
        from seen
        group by seen.origin
        order by pull_count desc, seen.origin
        limit $top
        """,
        selection.session_parameters() | {"top": top},
    )


def pollers(selection: Selection) -> pd.Series:
    """Who polls: one row, also where nobody does.

    origin_count (origins that poll), polling_count (their version checks), version_check_count (all).
    """
    frame = query(
        f"""
        with recursive {UNIQUE_KEYS}
        select
            count(distinct coalesce(unique_keys.unique_key, sessions.origin_id)) filter (
                where sessions.access_pattern = 'polling'
            ) as origin_count,
            count(*) filter (where sessions.access_pattern = 'polling' and sessions.outcome = 'version_check')
                as polling_count,
            count(*) filter (where sessions.outcome = 'version_check') as version_check_count
        from (select * from {MARTS}.fct_pulls where {selection.sessions()}) as sessions
        left join unique_keys on sessions.origin_id = unique_keys.origin_id
        """,
        selection.session_parameters(),
    )
    return frame.iloc[0]


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
