-- The seven days from each event on, and the same weekdays of the weeks before: those of which every day was heard.
with calendar as (
    select * from {{ ref('int_calendar') }}
),

counts as (
    select * from {{ ref('pulls_daily_base') }}
),

heard_days as (
    select period_start as heard_on from counts
    where repository = '*'
),

first_days as (
    select repository, min(period_start) as first_on
    from counts
    group by repository
),

weeks as (
    select distinct
        calendar.event_date,
        calendar.repository,
        numbers.number as weeks_before,
        calendar.event_date - cast(7 * numbers.number as integer) as first_day
    from calendar
    inner join first_days using (repository)
    cross join range({{ var('event_weeks') }} + 1) as numbers (number)
    where calendar.event_date - cast(7 * numbers.number as integer) >= first_days.first_on
),

heard as (
    select weeks.event_date, weeks.repository, weeks.weeks_before
    from weeks
    inner join heard_days on heard_days.heard_on between weeks.first_day and weeks.first_day + 6
    group by weeks.event_date, weeks.repository, weeks.weeks_before
    having count(*) = 7
),

final as (
    select
        weeks.event_date,
        weeks.repository,
        weeks.weeks_before,
        cast(coalesce(sum(counts.download_count), 0) as bigint) as download_count
    from weeks
    inner join heard using (event_date, repository, weeks_before)
    left join counts
        on
            weeks.repository = counts.repository
            and counts.period_start between weeks.first_day and weeks.first_day + 6
    group by weeks.event_date, weeks.repository, weeks.weeks_before
)

select * from final
