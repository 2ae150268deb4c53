-- Several origins of a company that take one digest at about the same time.
with lookups as (
    select * from {{ ref('int_origin_lookups') }}
),

first_downloads as (
    select
        chain_origin_id,
        repository,
        pull_date,
        digest,
        company,
        min(started_at) as started_at
    from lookups
    where is_cold and digest is not null and company is not null
    group by chain_origin_id, repository, pull_date, digest, company
),

starts as (
    select
        *,
        coalesce(
            started_at - lag(started_at) over in_order > interval '1' second * {{ var('company_rollout_seconds') }},
            true
        ) as is_start
    from first_downloads
    window in_order as (
        partition by repository, digest, company, pull_date
        order by started_at, chain_origin_id
    )
),

-- A download within minutes of the one before belongs to the same roll-out.
numbered as (
    select
        *,
        count(*) filter (where is_start) over (
            partition by repository, digest, company, pull_date
            order by started_at, chain_origin_id
            rows between unbounded preceding and current row
        ) as rollout_number
    from starts
),

together as (
    select
        *,
        count(*) over (partition by repository, digest, company, pull_date, rollout_number) as origin_count
    from numbered
),

final as (
    select
        chain_origin_id,
        repository,
        pull_date,
        max(origin_count) as company_origin_count
    from together
    group by chain_origin_id, repository, pull_date
)

select * from final
