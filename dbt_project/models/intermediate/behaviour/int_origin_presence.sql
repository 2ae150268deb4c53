-- On which days, weekdays and hours (UTC) of the look-back an origin came.
with pattern_days as (
    select * from {{ ref('int_pattern_days') }}
),

lookups as (
    select * from {{ ref('int_origin_lookups') }}
),

lookup_times as (
    select
        chain_origin_id,
        repository,
        pull_date,
        {{ list_of('hour(started_at)', distinct=true) }} as hours,
        -- Times of day of five minutes; not of those who come more often than any person.
        case
            when count(*) <= {{ var('person_lookups_per_day') }}
                then {{ list_of('12 * hour(started_at) + minute(started_at) // 5', distinct=true) }}
        end as times
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
        count(distinct isodow(days.pull_date)) as weekday_count,
        {{ distinct_count_in_lists('days.hours') }} as hour_count,
        cast(sum(len(days.hours)) as bigint) as hour_of_day_count,
        cast(coalesce(sum(len(days.times)), 0) as bigint) as moment_count,
        coalesce({{ distinct_count_in_lists('days.times') }}, 0) as time_count
    from lookup_times as days
    inner join pattern_days on days.pull_date = pattern_days.pull_date
    -- Only of origins that were there on the day itself.
    inner join lookup_times as present
        on
            pattern_days.pattern_date = present.pull_date
            and days.chain_origin_id = present.chain_origin_id
            and days.repository = present.repository
    group by pattern_days.pattern_date, present.chain_origin_id, present.repository
)

select * from final
