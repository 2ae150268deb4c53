{% set reads_back = var('pattern_days') | int - 1 %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'pull_date', 'reads_back': reads_back}
) }}

with uses as (
    select * from {{ ref('int_tag_uses') }}
    where pull_date in {{ planned('day', reads_back) }} and tag is not null and not is_failed
),

final as (
    select
        pull_date,
        repository,
        tag,
        max(started_at) filter (where is_pull) as last_pulled_at,
        max(started_at) filter (where is_pull and environment = 'ci') as last_ci_pulled_at
    from uses
    group by pull_date, repository, tag
)

select * from final
