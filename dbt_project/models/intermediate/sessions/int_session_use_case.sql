-- Docker's published use-case rule: the tool, and whether it runs in one of the three clouds that Docker names.
with sessions as (
    select * from {{ ref('int_sessions') }}
),

use_cases as (
    select * from {{ ref('dvp_use_cases') }}
),

told as (
    select
        sessions.pull_id,
        use_cases.use_case,
        coalesce(sessions.origin.cloud_provider in ('aws', 'azure', 'gcp'), false) as is_in_cloud
    from sessions
    left join use_cases on sessions.origin.client_name = use_cases.client_name
),

final as (
    select
        pull_id,
        case
            when use_case is null then 'Unknown'
            when use_case = 'Local Dev' and is_in_cloud then 'CI/CD'
            when use_case = 'CI/CD' and is_in_cloud then 'Prod'
            else use_case
        end as dvp_use_case
    from told
)

select * from final
