-- Rebuilt as a whole on every run: a late line of long ago changes which origins are new today.
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

days as (
    select * from {{ ref('dim_periods') }}
    where grain = 'day'
),

repositories as (
    select repository, min(pull_date) as first_on
    from origin_days
    group by repository
    union all
    select '*' as repository, min(pull_date) as first_on
    from origin_days
),

-- Also a week in which nobody came has a row.
repository_weeks as (
    select
        weeks.period_start as week_start,
        repositories.repository,
        weeks.covered_day_count,
        weeks.expected_day_count
    from weeks
    inner join repositories on weeks.period_end > repositories.first_on
),

-- Covered days of this week and of the eight before, on which the words lapsed and revived rest.
histories as (
    select
        weeks.period_start as week_start,
        sum(days.covered_day_count) as covered_day_count
    from weeks
    inner join days on days.period_start between weeks.period_start - 56 and weeks.period_end - 1
    group by weeks.period_start
),

came as (
    select
        origin_weeks.week_start,
        origin_weeks.repository,
        count(*) as unique_origin_count,
        count(*) filter (where origin_weeks.previous_week is null) as new_origin_count,
        count(*) filter (where origin_weeks.week_start - origin_weeks.previous_week <= 28) as returning_origin_count,
        count(*) filter (where origin_weeks.week_start - origin_weeks.previous_week > 28) as revived_origin_count,
        -- Logs are older than the key under which it would be recognised.
        count(*) filter (where origin_weeks.previous_week is null and origin_weeks.known_from > repositories.first_on)
            as maybe_seen_before_count
    from origin_weeks
    inner join repositories using (repository)
    group by origin_weeks.week_start, origin_weeks.repository
),

-- Last seen five to eight weeks ago, and not since.
lapsed as (
    select
        repository_weeks.week_start,
        origin_weeks.repository,
        count(*) as lapsed_origin_count,
        count(*) filter (where repository_weeks.week_start - origin_weeks.week_start = 35)
            as newly_lapsed_origin_count,
        count(*) filter (where repository_weeks.week_start + 6 >= origin_weeks.known_until) as maybe_returned_count
    from origin_weeks
    inner join repository_weeks
        on
            origin_weeks.repository = repository_weeks.repository
            and repository_weeks.week_start between origin_weeks.week_start + 35 and origin_weeks.week_start + 56
            and repository_weeks.week_start < coalesce(origin_weeks.next_week, repository_weeks.week_start + 1)
    where coalesce(origin_weeks.next_week - origin_weeks.week_start > 35, true)
    group by repository_weeks.week_start, origin_weeks.repository
),

final as (
    select
        repository_weeks.week_start,
        repository_weeks.repository,
        coalesce(came.unique_origin_count, 0) as unique_origin_count,
        coalesce(came.new_origin_count, 0) as new_origin_count,
        coalesce(came.returning_origin_count, 0) as returning_origin_count,
        coalesce(came.revived_origin_count, 0) as revived_origin_count,
        coalesce(lapsed.lapsed_origin_count, 0) as lapsed_origin_count,
        coalesce(lapsed.newly_lapsed_origin_count, 0) as newly_lapsed_origin_count,
        coalesce(came.maybe_seen_before_count, 0) as maybe_seen_before_count,
        coalesce(lapsed.maybe_returned_count, 0) as maybe_returned_count,
        repository_weeks.covered_day_count,
        repository_weeks.expected_day_count,
        round(histories.covered_day_count / 63, 4) as covered_share
    from repository_weeks
    inner join histories using (week_start)
    left join came using (week_start, repository)
    left join lapsed using (week_start, repository)
)

select * from final
