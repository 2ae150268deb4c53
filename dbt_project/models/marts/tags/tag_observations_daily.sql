{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'observed_on'}
) }}

with seen as (
    select * from {{ ref('int_tag_answers_seen') }}
),

inferred as (
    select * from {{ ref('int_tag_answers_inferred') }}
),

observations as (
    select 'header' as source, seen.* from seen
    union all by name
    select 'session' as source, inferred.* from inferred
),

final as (
    select
        observed_on,
        repository,
        tag,
        digest,
        source,
        first_seen_at,
        last_seen_at,
        cast(origin_count as bigint) as origin_count
    from observations
    where observed_on in {{ planned('day') }}
)

select * from final
