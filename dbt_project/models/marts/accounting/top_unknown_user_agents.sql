{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'request_date'}
) }}

with requests as (
    select * from {{ ref('stg_requests') }}
),

counted as (
    select
        date as request_date,
        unknown_agent_pattern,
        count(*) as request_count,
        -- The ids of one day are all under one key of that day's epoch, unless the key had died.
        count(distinct case when not origin_unlinkable then origin_id end) as unique_origin_count,
        count(distinct repository) as unique_repository_count,
        count(*) filter (where request_kind = 'manifest') as manifest_request_count,
        count(*) filter (where request_kind = 'blob') as blob_request_count
    from requests
    where unknown_agent_pattern is not null and date in {{ planned('day') }}
    group by date, unknown_agent_pattern
),

ranked as (
    select
        *,
        row_number() over (
            partition by request_date
            order by request_count desc, unknown_agent_pattern asc
        ) as pattern_rank
    from counted
),

final as (
    select
        request_date,
        unknown_agent_pattern,
        cast(pattern_rank as integer) as pattern_rank,
        cast(request_count as bigint) as request_count,
        cast(unique_origin_count as bigint) as unique_origin_count,
        cast(unique_repository_count as bigint) as unique_repository_count,
        cast(manifest_request_count as bigint) as manifest_request_count,
        cast(blob_request_count as bigint) as blob_request_count
    from ranked
    where pattern_rank <= {{ var('unknown_agent_patterns_per_day') }}
)

select * from final
