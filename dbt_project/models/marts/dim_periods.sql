with dates as (
    select * from {{ ref('dim_dates') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
),

load_days as (
    select * from {{ ref('stg_load_days') }}
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

periods as (
    select 'day' as grain, date_day as period_start, date_day + interval '1 day' as period_end from dates
    union
    select 'week' as grain, week_start as period_start, week_start + interval '7 day' as period_end from dates
    union
    select 'month' as grain, month_start as period_start, month_start + interval '1 month' as period_end from dates
    union
    select 'year' as grain, year_start as period_start, year_start + interval '1 year' as period_end from dates
),

final as (
    select
        periods.grain,
        periods.period_start,
        cast(periods.period_end as date) as period_end,
        coalesce(complete_until.complete_until >= periods.period_end + interval '24 hour', false) as is_final
    from periods
    cross join complete_until
    where
        periods.period_end > (select min(requested_on) from load_days)
        and periods.period_start <= (select max(requested_on) from load_days)
)

select * from final
