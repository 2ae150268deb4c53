{% set reads_back = var('pattern_days') | int - 1 %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'pull_date', 'reads_back': reads_back}
) }}

with pulls as (
    select * from {{ ref('fct_pulls') }}
    where pull_date in {{ planned('day', reads_back) }} and outcome in ('download', 'version_check')
),

final as (
    select
        pull_date,
        environment,
        environment_confidence,
        dvp_use_case,
        cast(sum({{ pulls_of_session() }}) as bigint) as pull_count,
        cast(sum(download_count) as bigint) as download_count,
        count(*) filter (where outcome = 'version_check') as version_check_count,
        count(distinct origin_id) filter (where not coalesce(is_origin_unlinkable, false)) as unique_origin_count
    from pulls
    group by pull_date, environment, environment_confidence, dvp_use_case
)

select * from final
