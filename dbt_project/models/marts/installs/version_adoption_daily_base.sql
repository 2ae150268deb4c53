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
        coalesce(bool_or(confidence = {{ var('confirmed_confidence') }}), false) as is_confirmed
    from tagged
    group by install_date, repository, origin_key, held_digest, case when held_digest is null then version_tag end
),

named as (
    select
        *,
        concat_ws(' ', coalesce(held_digest, '-'), coalesce(version_tag, '-'), is_confirmed) as thing
    from things
),

-- Installs that run the same set of things are counted together: two things may turn out to be one version.
sets as (
    select
        install_date,
        repository,
        origin_key,
        count(*) as thing_count,
        md5(string_agg(thing, chr(10) order by thing)) as set_id
    from named
    group by install_date, repository, origin_key
),

final as (
    select
        things.install_date as adoption_date,
        things.repository,
        sets.set_id,
        things.held_digest as digest,
        things.version_tag,
        things.is_confirmed,
        count(*) as active_install_count,
        -- Whole parts of one, so that sums do not depend on their order.
        cast(sum(1000000 // sets.thing_count) as bigint) as install_millionths
    from things
    inner join sets using (install_date, repository, origin_key)
    group by
        things.install_date, things.repository, sets.set_id, things.held_digest, things.version_tag,
        things.is_confirmed
    -- Similar rows side by side compress better: a fifth smaller in the published file.
    order by things.install_date, things.repository, things.held_digest, sets.set_id
)

select * from final
