{% set window = var('active_window_days') | int - 1 %}
{% set reads_back = window + var('pattern_days') | int - 1 %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'install_date', 'reads_back': reads_back}
) }}

with installs as (
    select * from {{ ref('int_installs') }}
    where is_used_last
),

versions as (
    select * from {{ ref('origin_versions') }}
),

unique_keys as (
    select * from {{ ref('int_unique_keys') }}
),

everywhere as (
    select {{ all_columns_with('repository', each_of('repository', "'*'")) }} from installs
),

-- Over all repositories an origin is as badly off as it is in the worst of them.
origins as (
    select
        install_date,
        repository,
        origin_key,
        min(endpoint_key) as endpoint_key,
        max(case reason
            when 'downloaded' then 1
            when 'head_no_get' then 2
            when 'stale_alive' then 4
            else 3
        end) as severity,
        max(machine_estimate) as machine_estimate
    from everywhere
    group by install_date, repository, origin_key
),

counted as (
    select
        install_date,
        repository,
        count(*) as active_install_count,
        count(*) filter (where severity = 1) as confirmed_current_count,
        count(*) filter (where severity = 2) as inferred_current_count,
        count(*) filter (where severity = 4) as stale_count,
        count(*) filter (where severity = 3) as unknown_count,
        count(distinct endpoint_key) as unique_endpoint_count,
        cast(sum(machine_estimate) as bigint) as install_count_upper_bound
    from origins
    group by install_date, repository
),

endpoints as (
    select
        versions.pull_date,
        {{ each_of('versions.repository', "'*'") }} as repository,
        {{ unique_key('endpoint', 'versions') }} as endpoint_key
    from versions
    {{ join_unique_keys('versions', 'unique_keys') }}
    where versions.is_install or versions.left_out_on is not null
),

endpoint_days as (
    select
        pull_date,
        repository,
        count(distinct endpoint_key) as endpoint_count
    from endpoints
    group by pull_date, repository
),

-- An address that changes from day to day is one install: no day shows it twice.
busiest_days as (
    select
        counted.install_date,
        counted.repository,
        max(endpoint_days.endpoint_count) as endpoint_count
    from counted
    inner join endpoint_days
        on
            counted.repository = endpoint_days.repository
            and endpoint_days.pull_date between counted.install_date - {{ window }} and counted.install_date
    group by counted.install_date, counted.repository
),

final as (
    select
        counted.install_date,
        counted.repository,
        counted.active_install_count,
        counted.confirmed_current_count,
        counted.inferred_current_count,
        counted.stale_count,
        counted.unknown_count,
        counted.unique_endpoint_count,
        -- One of the busiest day's addresses may belong to an origin that was recognised as a mirror only later.
        least(busiest_days.endpoint_count, counted.unique_endpoint_count) as install_count_lower_bound,
        counted.install_count_upper_bound
    from counted
    inner join busiest_days using (install_date, repository)
)

select * from final
