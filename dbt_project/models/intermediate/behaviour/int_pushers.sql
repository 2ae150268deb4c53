-- Who wrote to a repository in the look-back: its origin and its address.
with pushes as (
    select * from {{ ref('fct_pulls_base') }}
    where has_pushed and not coalesce(is_origin_unlinkable, false)
),

pattern_days as (
    select * from {{ ref('int_pattern_days') }}
),

windowed as (
    select
        pattern_days.pattern_date,
        pushes.repository,
        pushes.origin_id,
        pushes.endpoint_id
    from pushes
    inner join pattern_days on pushes.pull_date = pattern_days.pull_date
),

final as (
    select distinct pattern_date, repository, 'origin' as level, origin_id as id from windowed
    union all
    select distinct pattern_date, repository, 'endpoint' as level, endpoint_id as id from windowed
)

select * from final
