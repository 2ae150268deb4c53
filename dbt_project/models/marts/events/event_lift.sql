-- Two rates of counts compared: the week from the event on, and the weeks before. Counts scatter more than chance does,
-- by as much as the weeks before did (quasi-Poisson); of few weeks that is uncertain, hence Student's t.
{%- set least = var('event_least_weeks') | int %}
-- Quantiles of 97.5 % of Student's distribution, for 1, 2, … degrees of freedom.
{%- set quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179] %}

with calendar as (
    select * from {{ ref('int_calendar') }}
),

weeks as (
    select * from {{ ref('int_event_weeks') }}
),

sums as (
    select
        event_date,
        repository,
        max(download_count) filter (where weeks_before = 0) as after_count,
        count(*) filter (where weeks_before > 0) as week_count,
        sum(download_count) filter (where weeks_before > 0) as before_sum,
        sum(download_count * download_count) filter (where weeks_before > 0) as before_square_sum
    from weeks
    group by event_date, repository
),

spreads as (
    select
        *,
        before_sum / week_count as before_mean,
        greatest(
            1,
            (before_square_sum - before_sum * before_sum / week_count)
            / nullif(week_count - 1, 0) / nullif(before_sum / week_count, 0)
        ) as dispersion
    from sums
),

errors as (
    select
        *,
        -- Zero has no logarithm: no downloads at all count as half a download.
        greatest(after_count, 0.5) / nullif(before_mean, 0) as ratio,
        {{ quantiles }}[week_count - 1]
        * sqrt(dispersion * (1 / greatest(after_count, 0.5) + 1 / nullif(before_sum, 0))) as log_error
    from spreads
),

lifts as (
    select
        event_date,
        repository,
        after_count,
        week_count,
        before_mean,
        case
            when after_count is null then 'the week from the event on is not logged to its end'
            when week_count < {{ least }} then 'fewer than {{ least }} whole weeks before it are logged'
            when before_sum = 0 then 'nobody downloaded before it'
        end as doubt,
        round(after_count / nullif(before_mean, 0) - 1, 4) as lift,
        round(case when after_count = 0 then 0 else ratio * exp(-log_error) end - 1, 4) as lift_lower,
        round(ratio * exp(log_error) - 1, 4) as lift_upper
    from errors
),

nearby as (
    select
        calendar.event_date,
        calendar.repository,
        calendar.kind,
        calendar.label,
        calendar.source,
        string_agg(
            others.label || ' (' || others.event_date || ')', '; '
            order by others.event_date, others.label, others.source
        ) as overlapping_events
    from calendar
    inner join calendar as others
        on
            (calendar.repository = others.repository or others.repository = '*')
            and others.event_date between calendar.event_date - 6 and calendar.event_date + 6
            and (calendar.repository, calendar.kind, calendar.label, calendar.source, calendar.event_date)
            <> (others.repository, others.kind, others.label, others.source, others.event_date)
    group by calendar.event_date, calendar.repository, calendar.kind, calendar.label, calendar.source
),

final as (
    select
        calendar.event_date,
        calendar.repository,
        calendar.kind,
        calendar.label,
        calendar.source,
        lifts.after_count as download_count,
        round(lifts.before_mean, 2) as usual_download_count,
        coalesce(lifts.week_count, 0) as week_count,
        case when lifts.doubt is null then lifts.lift end as lift,
        case when lifts.doubt is null then lifts.lift_lower end as lift_lower,
        case when lifts.doubt is null then lifts.lift_upper end as lift_upper,
        case
            when lifts.event_date is null or lifts.doubt is not null then 'not_assessable'
            when lifts.lift_lower > 0 then 'rise'
            when lifts.lift_upper < 0 then 'fall'
            else 'no_change_shown'
        end as assessment,
        case when lifts.event_date is null then 'no whole week before or after it is logged' else lifts.doubt end
            as doubt,
        nearby.overlapping_events
    from calendar
    left join lifts using (event_date, repository)
    left join nearby using (event_date, repository, kind, label, source)
)

select * from final
