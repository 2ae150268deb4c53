{% set reads_back = var('active_window_days') | int + var('pattern_days') | int - 2 %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'adoption_date', 'reads_back': reads_back}
) }}

with installs as (
    select * from {{ ref('int_installs') }}
),

final as (
    select
        install_date as adoption_date,
        repository,
        held_digest as digest,
        case when {{ is_version('tag') }} then tag end as version_tag,
        count(*) as install_count,
        count(*) filter (where confidence = {{ var('confirmed_confidence') }}) as confirmed_install_count
    from installs
    group by adoption_date, repository, digest, version_tag
)

select * from final
