-- Each day's counts beside those of the same weekday in the weeks before: median and median absolute deviation (MAD).
{%- set reads_back = 7 * var('anomaly_weeks') | int %}

with counts as (
    select * from {{ ref('pulls_daily_base') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
    where grain = 'day'
),

planned_days as (
    select period_start as pull_date
    from {{ planned('day', reads_back + 1) }} as planned_days
    union
    -- Whether an anomaly goes on, the day before says.
    select period_start - 1 as pull_date
    from {{ planned('day', reads_back + 1) }} as planned_days
),

heard_days as (
    select period_start as pull_date
    from counts
    where repository = '*'
),

repositories as (
    select repository, min(period_start) as first_on
    from counts
    group by repository
),

-- From its first day on, a repository that nobody asked for counts 0.
repository_days as (
    select
        periods.period_start as pull_date,
        repositories.repository,
        heard_days.pull_date is not null as is_heard,
        coalesce(counts.download_count, 0) as download_count,
        coalesce(counts.version_check_count, 0) as version_check_count
    from periods
    inner join repositories on periods.period_start >= repositories.first_on
    left join heard_days on periods.period_start = heard_days.pull_date
    left join counts
        on periods.period_start = counts.period_start and repositories.repository = counts.repository
    where periods.period_start >= (select min(pull_date) - {{ reads_back }} from planned_days)
),

measured as (
    select pull_date, repository, is_heard, 'download_count' as measure, download_count as measured
    from repository_days
    union all
    select pull_date, repository, is_heard, 'version_check_count' as measure, version_check_count as measured
    from repository_days
),

beside as (
    select
        days.pull_date,
        days.repository,
        days.measure,
        days.is_heard,
        days.measured,
        history.measured as before
    from measured as days
    inner join planned_days on days.pull_date = planned_days.pull_date
    left join measured as history
        on
            days.repository = history.repository
            and days.measure = history.measure
            and history.is_heard
            and history.pull_date between days.pull_date - {{ reads_back }} and days.pull_date - 7
            and (days.pull_date - history.pull_date) % 7 = 0
),

medians as (
    select
        pull_date,
        repository,
        measure,
        is_heard,
        measured,
        count(before) as week_count,
        median(before) as usual
    from beside
    group by pull_date, repository, measure, is_heard, measured
),

deviations as (
    select
        medians.pull_date,
        medians.repository,
        medians.measure,
        median(abs(beside.before - medians.usual)) as deviation
    from medians
    inner join beside using (pull_date, repository, measure)
    group by medians.pull_date, medians.repository, medians.measure
),

final as (
    select
        medians.pull_date,
        medians.repository,
        medians.measure,
        medians.is_heard,
        medians.measured,
        medians.week_count,
        medians.usual,
        deviations.deviation,
        -- 0.6745 is the MAD of a normal distribution with deviation 1 (Iglewicz and Hoaglin's modified z-score).
        case
            when
                deviations.deviation > 0
                then round(0.6745 * (medians.measured - medians.usual) / deviations.deviation, 2)
        end
            as z_score,
        case
            when medians.week_count < {{ var('anomaly_least_weeks') }} then 'not_assessable'
            when
                -- Counts scatter by their square root: few pulls differ by chance, however even the weeks before were.
                abs(medians.measured - medians.usual)
                > greatest({{ var('anomaly_least_change') }}, {{ var('anomaly_deviations') }} * sqrt(medians.usual))
                and coalesce(
                    0.6745 * abs(medians.measured - medians.usual)
                    > {{ var('anomaly_z_score') }} * deviations.deviation,
                    true
                )
                then 'anomaly'
            else 'ordinary'
        end as assessment
    from medians
    inner join deviations using (pull_date, repository, measure)
)

select * from final
