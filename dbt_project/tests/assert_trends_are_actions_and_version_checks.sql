-- dvp_trends = dvp_action + version checks: HEADs of a tag that no GET of what they named comes after.
with requests as (
    select * from {{ ref('int_pull_requests') }}
    where
        pull_date in {{ planned('day') }}
        and request_kind = 'manifest' and method in ('GET', 'HEAD') and is_success and not is_sent_back
),

followed as (
    select
        *,
        lead(method) over session_order = 'GET'
        and (
            lead(reference) over session_order in (reference, object_digest)
            or (object_digest is null and lead(reference_type) over session_order = 'digest')
        ) as is_followed
    from requests
    window session_order as (partition by pull_id order by request_number)
),

version_checks as (
    select pull_date as period_start, repository, count(*) as version_check_count
    from followed
    where method = 'HEAD' and reference_type = 'tag' and not coalesce(is_followed, false)
    group by pull_date, repository
),

final as (
    select trends.*
    from {{ ref('pull_definitions_daily') }} as trends
    inner join {{ ref('pull_definitions_daily') }} as actions using (period_start, repository)
    left join version_checks using (period_start, repository)
    where
        trends.definition_id = 'dvp_trends' and actions.definition_id = 'dvp_action'
        and trends.repository <> '*' and trends.period_start in {{ planned('day') }}
        and trends.pull_count <> actions.pull_count + coalesce(version_checks.version_check_count, 0)
)

select * from final
