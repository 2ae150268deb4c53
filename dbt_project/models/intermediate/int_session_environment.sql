-- Where a session came from, with the reason a person can check.
with sessions as (
    select * from {{ ref('int_sessions') }}
),

placed as (
    select
        sessions.pull_id,
        case
            when sessions.origin.ci_verdict = 'yes' then 'ci'
            when sessions.origin.client_name = 'docker-desktop' then 'workstation'
            when sessions.origin.client_os in ('darwin', 'windows') then 'workstation'
            when
                sessions.origin.client_category = 'runtime_k8s'
                and sessions.origin.network_type in ('cloud', 'hosting') then 'production'
        end as environment
    from sessions
),

final as (
    select
        placed.pull_id,
        coalesce(placed.environment, 'unknown') as environment,
        case placed.environment
            when 'ci' then 'likely'
            when 'workstation' then 'likely'
            when 'production' then 'possible'
            else 'unknown'
        end as environment_confidence,
        case placed.environment
            when 'ci' then coalesce(sessions.origin.ci_reason, 'CI, likely.')
            when 'workstation'
                then
                    'Workstation, likely: ' || sessions.origin.client_name || ' for a person''s '
                    || coalesce(sessions.origin.client_os, 'desktop') || ' machine.'
            when 'production'
                then
                    'Production, possible: ' || sessions.origin.client_name || ', a cluster runtime, from '
                    || coalesce(sessions.origin.network_operator, 'a hosting network') || '.'
            else 'Unknown: neither the client nor its network says.'
        end as environment_reason
    from placed
    inner join sessions using (pull_id)
)

select * from final
