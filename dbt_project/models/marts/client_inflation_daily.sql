{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'pull_date'}
) }}

with pulls as (
    select * from {{ ref('fct_pulls_base') }}
    where pull_date in {{ planned('day') }} and outcome in ('download', 'version_check')
),

behaviours as (
    select * from {{ ref('client_behaviour') }}
),

versioned as (
    select
        *,
        coalesce(client_name, 'unknown') as client,
        coalesce({{ short_version('client_version') }}, 'unknown') as version,
        -- Without a digest (a redirecting gateway) the tag stands for what was meant.
        coalesce(digest, tag, '') as object
    from pulls
    -- Under a throw-away key each digest would look as if it were new to its origin.
    where not coalesce(is_origin_unlinkable, false)
),

objects as (
    select
        pull_date,
        client,
        version,
        origin_id,
        repository,
        object,
        sum({{ pulls_of_session() }}) as pull_count,
        sum(manifest_get_count + manifest_head_count) as manifest_request_count,
        sum(manifest_get_count) as manifest_get_count
    from versioned
    group by pull_date, client, version, origin_id, repository, object
),

counted as (
    select
        pull_date,
        client,
        version,
        sum(manifest_request_count) as manifest_request_count,
        sum(manifest_get_count) as manifest_get_count,
        sum(pull_count) as pull_count,
        count(*) as object_count,
        count(distinct origin_id) as unique_origin_count
    from objects
    group by pull_date, client, version
),

final as (
    select
        counted.pull_date,
        counted.client as client_name,
        counted.version as client_version,
        cast(counted.manifest_request_count as bigint) as manifest_request_count,
        cast(counted.manifest_get_count as bigint) as manifest_get_count,
        cast(counted.pull_count as bigint) as pull_count,
        cast(counted.object_count as bigint) as object_count,
        cast(counted.unique_origin_count as bigint) as unique_origin_count,
        round(counted.manifest_request_count / counted.pull_count, 4) as requests_per_pull,
        round(counted.pull_count / counted.object_count, 4) as pulls_per_object,
        round(counted.manifest_request_count / counted.object_count, 4) as inflation,
        coalesce({{ version_rank('counted.version') }} < {{ version_rank('behaviours.fixed_version') }}, false)
            as is_old_client,
        case
            when {{ version_rank('counted.version') }} < {{ version_rank('behaviours.fixed_version') }}
                then behaviours.behaviour
        end as old_behaviour,
        counted.pull_count >= {{ var('inflation_pulls') }}
        and counted.unique_origin_count >= {{ var('inflation_origins') }} as is_reliable
    from counted
    left join behaviours on counted.client = behaviours.client_name
)

select * from final
