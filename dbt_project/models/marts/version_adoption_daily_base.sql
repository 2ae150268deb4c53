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

tagged as (
    select
        *,
        case when {{ is_version('tag') }} then tag end as version_tag
    from installs
),

-- Under two tags of one digest an origin runs one thing.
things as (
    select
        install_date,
        repository,
        origin_key,
        held_digest,
        max(version_tag) as version_tag,
        bool_or(confidence = {{ var('confirmed_confidence') }}) as is_confirmed
    from tagged
    group by install_date, repository, origin_key, held_digest, case when held_digest is null then version_tag end
),

weighed as (
    select
        *,
        -- Whole parts of one, so that sums do not depend on their order.
        cast(1000000 // count(*) over (partition by install_date, repository, origin_key) as bigint) as millionths
    from things
),

final as (
    select
        install_date as adoption_date,
        repository,
        held_digest as digest,
        version_tag,
        count(*) as active_install_count,
        count(*) filter (where is_confirmed) as confirmed_install_count,
        cast(sum(millionths) as bigint) as install_millionths
    from weighed
    group by install_date, repository, held_digest, version_tag
)

select * from final
