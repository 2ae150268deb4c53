{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'logged_on'}
) }}

with requests as (
    select * from {{ ref('stg_requests') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
),

unfollowed as (
    select * from {{ ref('int_unfollowed_tokens') }}
),

final as (
    select
        requests.date as logged_on,
        loads.source_name,
        -- A log that does not name its nodes has one.
        coalesce(requests.node, '') as node,
        -- Pings, tokens and what asks for no image: ''.
        coalesce(requests.repository, unfollowed.repository, '') as repository,
        count(*) as line_count,
        -- Refused before it could name a tag: a client that gets no token never asks for one.
        count(*) filter (
            where requests.request_kind in ('ping', 'token')
            and (requests.status in (403, 429) or requests.status >= 500)
        ) as turned_away_count,
        count(unfollowed.request_key) as unfollowed_token_count
    from requests
    inner join loads using (load_id)
    left join unfollowed on requests.request_key = unfollowed.request_key and requests.ended_at = unfollowed.ended_at
    where requests.date in {{ planned('day') }}
    group by
        requests.date,
        loads.source_name,
        coalesce(requests.node, ''),
        coalesce(requests.repository, unfollowed.repository, '')
)

select * from final
