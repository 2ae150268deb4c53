-- Who wrote to a repository in the look-back: its origin and its address, under both keys near an epoch's border.
with pushes as (
    select * from {{ ref('fct_pulls_base') }}
    where has_pushed and not coalesce(is_origin_unlinkable, false)
),

pattern_days as (
    select * from {{ ref('int_pattern_days') }}
),

ids as (
    select
        pattern_days.pattern_date,
        pushes.repository,
        unnest([
            {'level': 'origin', 'id': pushes.origin_id},
            {'level': 'origin', 'id': pushes.previous_origin_id},
            {'level': 'endpoint', 'id': pushes.endpoint_id},
            {'level': 'endpoint', 'id': pushes.previous_endpoint_id}
        ]) as pusher
    from pushes
    inner join pattern_days on pushes.pull_date = pattern_days.pull_date
),

final as (
    select distinct
        pattern_date,
        repository,
        pusher.level,
        pusher.id
    from ids
    where pusher.id is not null
)

select * from final
