-- In which weeks each origin came: all of history, since a late line may make an origin of today an old one.
with origin_days as (
    select * from {{ ref('origin_days') }}
),

unique_keys as (
    select * from {{ ref('int_unique_keys') }}
    where level = 'origin'
),

keyed as (
    select
        days.pull_date,
        days.repository,
        coalesce(unique_keys.unique_key, days.origin_id) as origin_key,
        -- How far back an earlier visit would be recognised: to the begin of its key, or of the key before.
        case
            when days.previous_origin_id is null then {{ epoch_start('days.identity_epoch') }}
            else {{ epoch_start('days.identity_epoch', -1) }}
        end as known_from,
        -- And how far ahead a later one.
        {{ epoch_start('days.identity_epoch', 1) }} + {{ var('linked_days') }} as known_until
    from origin_days as days
    left join unique_keys on days.origin_id = unique_keys.id
),

weeks as (
    select
        {{ period_of('week', 'pull_date') }} as week_start,
        repository,
        origin_key,
        min(known_from) as known_from,
        max(known_until) as known_until
    from keyed
    group by {{ period_of('week', 'pull_date') }}, repository, origin_key
),

in_scopes as (
    select week_start, repository, origin_key, known_from, known_until from weeks
    union all
    select
        week_start,
        '*' as repository,
        origin_key,
        min(known_from) as known_from,
        max(known_until) as known_until
    from weeks
    group by week_start, origin_key
),

final as (
    select
        week_start,
        repository,
        origin_key,
        known_from,
        known_until,
        min(week_start) over of_origin as first_week,
        lag(week_start) over (of_origin order by week_start) as previous_week,
        lead(week_start) over (of_origin order by week_start) as next_week
    from in_scopes
    window of_origin as (partition by repository, origin_key)
)

select * from final
