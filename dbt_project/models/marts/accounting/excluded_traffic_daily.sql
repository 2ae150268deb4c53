{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'excluded_on'}
) }}

with verdicts as (
    select * from {{ ref('int_request_verdicts') }}
),

copies as (
    select * from {{ ref('stg_request_counts') }}
),

unread_lines as (
    select * from {{ ref('int_unread_lines') }}
),

lines as (
    select requested_on as excluded_on, repository, verdict as reason, count(*) as line_count
    from verdicts
    where verdict <> 'counted'
    group by requested_on, repository, verdict
    union all
    select requested_on as excluded_on, null as repository, 'duplicate' as reason, duplicate_count as line_count
    from copies
    where duplicate_count > 0
    union all
    select logged_on as excluded_on, null as repository, reason, line_count
    from unread_lines
),

final as (
    select
        excluded_on,
        repository,
        reason,
        cast(line_count as bigint) as line_count
    from lines
    where excluded_on in {{ planned('day') }}
)

select * from final
