-- Every line of a day that this run built is counted, or excluded for one reason.
with days as (
    select distinct period_start as day from {{ planned('day') }} as planned_days
),

excluded as (
    select excluded_on as day, sum(line_count) as line_count
    from {{ ref('excluded_traffic_daily') }}
    group by excluded_on
),

counted as (
    select requests.requested_on as day, count(*) as line_count
    from {{ ref('int_pull_requests') }} as requests
    inner join {{ ref('int_sessions') }} as sessions using (pull_id)
    where sessions.outcome in ('download', 'version_check') and requests.request_kind <> 'tags'
    group by requests.requested_on
),

staged as (
    select requested_on as day, sum(staged_count) as line_count
    from {{ ref('stg_load_days') }}
    group by requested_on
),

unread as (
    select logged_on as day, sum(line_count) as line_count
    from {{ ref('int_unread_lines') }}
    group by logged_on
)

select days.day
from days
left join excluded using (day)
left join counted using (day)
left join staged using (day)
left join unread using (day)
where
    coalesce(excluded.line_count, 0) + coalesce(counted.line_count, 0)
    <> coalesce(staged.line_count, 0) + coalesce(unread.line_count, 0)
