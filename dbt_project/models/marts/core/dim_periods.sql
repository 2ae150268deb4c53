with dates as (
    select * from {{ ref('dim_dates') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
),

load_days as (
    select * from {{ ref('stg_load_days') }}
),

opted_out as (
    select * from {{ ref('stg_opted_out_days') }}
),

sources as (
    select * from {{ ref('stg_plan_sources') }}
),

delivered as (
    select
        sources.source_name,
        max(loads.last_logged_at) as delivered_until
    from sources
    left join loads on sources.source_name = loads.source_name
    group by sources.source_name
),

-- A source that has delivered nothing holds every period open.
complete_until as (
    select case when count(*) = count(delivered_until) then min(delivered_until) end as complete_until
    from delivered
),

source_days as (
    select source_name, requested_on as logged_on from load_days
    union
    -- Lines of clients that opted out also prove that the source delivered that day.
    select loads.source_name, opted_out.opted_out_on as logged_on
    from opted_out
    inner join loads using (load_id)
),

lifetimes as (
    select
        source_days.source_name,
        min(source_days.logged_on) as first_on,
        -- One that is configured no longer is not waited for.
        case when max(sources.source_name) is null then max(source_days.logged_on) end as last_on
    from source_days
    left join sources using (source_name)
    group by source_days.source_name
    union all
    select source_name, null as first_on, null as last_on
    from delivered
    where delivered_until is null
),

-- The sources that a day should have lines of: one row each, with the lines of none where there was none.
expected as (
    select
        dates.date_day,
        lifetimes.source_name,
        source_days.source_name is not null as is_heard
    from dates
    inner join lifetimes
        on
            dates.date_day >= coalesce(lifetimes.first_on, dates.date_day)
            and dates.date_day <= coalesce(lifetimes.last_on, dates.date_day)
    left join source_days
        on lifetimes.source_name = source_days.source_name and dates.date_day = source_days.logged_on
),

day_coverage as (
    select
        date_day,
        bool_and(is_heard) as is_covered
    from expected
    group by date_day
),

days as (
    select dates.*, coalesce(day_coverage.is_covered, false) as is_covered
    from dates
    left join day_coverage using (date_day)
),

periods as (
    {%- for grain, column in [
        ('day', 'date_day'), ('week', 'week_start'), ('month', 'month_start'), ('year', 'year_start')
    ] %}
        select
            '{{ grain }}' as grain,
            {{ column }} as period_start,
            cast({{ column }} + interval '1 {{ grain }}' as date) as period_end,
            count(*) filter (where is_covered) as covered_day_count
        from days
        group by {{ column }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

uncovered as (
    select
        periods.grain,
        periods.period_start,
        expected.source_name,
        count(*) as day_count
    from periods
    inner join expected
        on periods.period_start <= expected.date_day and periods.period_end > expected.date_day
    where not expected.is_heard
    group by periods.grain, periods.period_start, expected.source_name
),

uncovered_sources as (
    select
        grain,
        period_start,
        string_agg(source_name || ' ' || cast(day_count as varchar), ', ' order by source_name) as uncovered_by_source
    from uncovered
    group by grain, period_start
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end,
        coalesce(complete_until.complete_until >= periods.period_end + interval '24 hour', false) as is_final,
        periods.covered_day_count,
        cast(periods.period_end - periods.period_start as bigint) as expected_day_count,
        uncovered_sources.uncovered_by_source
    from periods
    cross join complete_until
    left join uncovered_sources using (grain, period_start)
    where
        periods.period_end > (select min(requested_on) from load_days)
        and periods.period_start <= (select max(requested_on) from load_days)
)

select * from final
