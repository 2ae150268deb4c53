{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'demand_date'}
) }}

with sessions as (
    select * from {{ ref('int_unmet_sessions') }}
),

challenges as (
    select * from {{ ref('int_refused_challenges') }}
),

demands as (
    select
        cast(started_at as date) as demand_date,
        repository,
        failure,
        reference,
        client_category,
        origin_id,
        is_origin_unlinkable,
        request_count,
        doubt
    from sessions
    union all
    select
        cast(requested_at as date) as demand_date,
        repository,
        'refused' as failure,
        reference,
        client_category,
        origin_id,
        is_origin_unlinkable,
        1 as request_count,
        null as doubt
    from challenges
),

final as (
    select
        demand_date,
        repository,
        failure,
        reference,
        count(*) as session_count,
        count(*) filter (where doubt is null) as reliable_session_count,
        count(*) filter (where {{ is_wanted('client_category') }}) as wanted_session_count,
        cast(sum(request_count) as bigint) as request_count,
        count(distinct origin_id) filter (where not is_origin_unlinkable) as unique_origin_count,
        min(doubt) as doubt
    from demands
    where demand_date in {{ planned('day') }}
    group by demand_date, repository, failure, reference
)

select * from final
