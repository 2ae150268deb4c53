with sessions as (
    select * from {{ ref('int_sessions') }}
),

final as (
    select
        chain_origin_id,
        repository,
        cast(started_at as date) as polled_on,
        count(*) as version_check_count
    from sessions
    where outcome = 'version_check'
    group by chain_origin_id, repository, cast(started_at as date)
    having count(*) >= {{ var('polling_checks_per_day') }}
)

select * from final
