-- A table of its own on every run, as origin_cohorts_weekly.
with origin_weeks as (
    select * from {{ ref('int_origin_weeks') }}
),

origin_days as (
    select * from {{ ref('origin_days') }}
),

weeks as (
    select * from {{ ref('dim_periods') }}
    where grain = 'week'
),

borders as (
    select distinct {{ epoch_start('identity_epoch') }} as border_on
    from origin_days
),

cohorts as (
    select
        repository,
        first_week as cohort_week,
        count(*) as cohort_origin_count
    from origin_weeks
    where week_start = first_week
    group by repository, first_week
),

came as (
    select
        repository,
        first_week as cohort_week,
        week_start,
        count(*) as unique_origin_count
    from origin_weeks
    where week_start - first_week <= 7 * {{ var('cohort_weeks') }}
    group by repository, first_week, week_start
),

points as (
    select
        cohorts.repository,
        cohorts.cohort_week,
        cohorts.cohort_origin_count,
        weeks.period_start as week_start,
        weeks.covered_day_count,
        weeks.expected_day_count
    from cohorts
    inner join weeks
        on weeks.period_start between cohorts.cohort_week and cohorts.cohort_week + 7 * {{ var('cohort_weeks') }}
),

-- The key of pseudonyms changed between the two weeks: an origin that did not come in the days after the change is not
-- recognised any more.
unlinked as (
    select distinct points.cohort_week, points.week_start
    from points
    inner join borders
        on
            points.cohort_week < borders.border_on
            and points.week_start + 6 >= borders.border_on + {{ var('linked_days') }}
),

final as (
    select
        points.repository,
        points.cohort_week,
        cast((points.week_start - points.cohort_week) // 7 as bigint) as weeks_since,
        points.cohort_origin_count,
        coalesce(came.unique_origin_count, 0) as unique_origin_count,
        round(coalesce(came.unique_origin_count, 0) / points.cohort_origin_count, 4) as retention,
        unlinked.week_start is not null as is_lower_bound,
        points.covered_day_count,
        points.expected_day_count
    from points
    left join came using (repository, cohort_week, week_start)
    left join unlinked using (cohort_week, week_start)
)

select * from final
