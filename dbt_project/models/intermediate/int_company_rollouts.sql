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

together as (
    select
        mine.chain_origin_id,
        mine.repository,
        mine.pull_date,
        mine.digest,
        count(distinct others.chain_origin_id) as origin_count
    from first_downloads as mine
    inner join first_downloads as others
        on
            mine.repository = others.repository
            and mine.digest = others.digest
            and mine.company = others.company
            and mine.pull_date = others.pull_date
            and abs(date_diff('second', mine.started_at, others.started_at)) <= {{ var('company_rollout_seconds') }}
    group by mine.chain_origin_id, mine.repository, mine.pull_date, mine.digest
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
