-- On which days and at which hours (UTC) of the look-back an origin came.
with pattern_days as (
    select * from {{ ref('int_pattern_days') }}
),

lookups as (
    select * from {{ ref('int_origin_lookups') }}
),

lookup_hours as (
    select
        chain_origin_id,
        repository,
        pull_date,
        list(distinct hour(started_at)) as hours
    from lookups
    group by chain_origin_id, repository, pull_date
),

final as (
    select
        pattern_days.pattern_date,
        present.chain_origin_id,
        present.repository,
        count(*) as day_count,
        count(*) filter (where isodow(days.pull_date) in (6, 7)) as weekend_day_count,
        len(list_distinct(flatten(list(days.hours)))) as hour_count
    from lookup_hours as days
    inner join pattern_days on days.pull_date = pattern_days.pull_date
    -- Only of origins that were there on the day itself.
    inner join lookup_hours as present
        on
            pattern_days.pattern_date = present.pull_date
            and days.chain_origin_id = present.chain_origin_id
            and days.repository = present.repository
    group by pattern_days.pattern_date, present.chain_origin_id, present.repository
)

select * from final
