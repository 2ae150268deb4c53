-- Which rules of seeds/environment_rules.csv hold for a session. The seed also says how much each rule weighs.
with facts as (
    select * from {{ ref('int_environment_facts') }}
),

judged as (
    select
        *,
        coalesce(client_category in ('runtime_k8s', 'runtime_orch'), false) as is_cluster,
        -- A mirror copies everything; where its own users are is unknown.
        coalesce(client_category = 'copy_inspect', false) and coalesce(access_pattern, '') <> 'mirror' as is_copier,
        -- Copy tools, scanners and libraries have no image store: that they fetch the layers every time is no evidence.
        coalesce(client_category in ('build', 'ci_test'), false) as is_builder,
        coalesce(client_category in ('runtime', 'runtime_api', 'dev_runtime'), false) as is_engine,
        -- Builders, copy tools and browsers do not run the image: their rhythm is no evidence of production.
        coalesce(starts_with(client_category, 'runtime') or client_category = 'dev_runtime', false) as is_runtime,
        coalesce(network_type in ('cloud', 'hosting'), false) as is_hosted,
        coalesce(network_type in ('business', 'education', 'nren', 'government'), false) as is_organisation,
        coalesce(network_type in ('isp', 'mobile_isp'), false) as is_provider,
        coalesce(network_type in ('cloud', 'hosting', 'cdn', 'vpn_proxy', 'mobile_isp'), true) as is_address_shared
    from facts
),

shown as (
    select
        pull_id,
        pull_date,
        unnest(list_filter([
            case when is_pusher then 'pushed' end,
            case when is_own_network then 'own_network' end,
            case when ci_verdict = 'yes' then 'ci_system' end,
            case when is_at_pushing_address and not is_pusher and not is_address_shared then 'pushing_address' end,
            -- A Windows client with a Windows engine may be a server as well as a desktop.
            case
                when
                    client_name = 'docker-desktop'
                    or (client_os in ('darwin', 'windows') and coalesce(engine_os, '') <> 'windows')
                    then 'desktop'
            end,
            case when kernel_hint in ('linuxkit', 'wsl2') then 'desktop_kernel' end,
            case when client_category = 'runtime_k8s' then 'cluster_runtime' end,
            case when client_category = 'runtime_orch' then 'orchestrator' end,
            case when client_category = 'runtime_hpc' then 'high_performance' end,
            case when client_category = 'ci_test' then 'test_library' end,
            case when client_category = 'build' then 'builder' end,
            case when is_copier then 'copier' end,
            case when client_name = 'docker-compose' then 'compose' end,
            case when client_name = 'podman' then 'personal_runtime' end,
            -- A hosted runner is a new machine each time: an origin that looks up by a timer is no hosted runner.
            case
                when kernel_hint = 'azure' and coalesce(access_pattern, '') <> 'polling' then 'azure_kernel'
            end,
            case when kernel_hint in ('talos', 'flatcar', 'pve') then 'server_kernel' end,
            case when is_hosted and is_cluster then 'hosted_cluster' end,
            case when is_organisation and is_cluster then 'own_cluster' end,
            case when is_hosted and (is_builder or is_copier) then 'hosted_job' end,
            case when network_type = 'hosting' and is_engine then 'hosted_engine' end,
            case when is_hosted or kernel_hint in ('azure', 'aws', 'gcp', 'oracle', 'ibm') then 'hosted' end,
            case when is_provider then 'provider' end,
            case when is_organisation and is_engine then 'office' end,
            case
                when
                    (is_runtime or is_builder)
                    and cold_count >= {{ var('cold_again_pulls') }}
                    and cold_share >= {{ var('ci_cold_share') }}
                    and 2 * cold_digest_count <= cold_count
                    then 'cold_again'
            end,
            case
                when
                    (is_engine or is_builder) and is_hosted
                    and lookup_count = 1 and outcome in ('download', 'interrupted')
                    then 'one_cold_pull'
            end,
            case when access_pattern = 'deployment' then 'rollout' end,
            case when access_pattern = 'polling' and is_runtime then 'timer' end,
            case when pattern_rule = 'interactive_irregular' then 'irregular' end,
            case when is_runtime and hour_count >= {{ var('round_the_clock_hours') }} then 'round_the_clock' end,
            case
                when is_runtime and day_count >= {{ var('every_day_days') }} and weekend_day_count >= 2 then 'every_day'
            end,
            case when day_count >= {{ var('workdays_days') }} and weekend_day_count = 0 then 'workdays_only' end
        ], lambda shown_evidence: shown_evidence is not null)) as evidence
    from judged
),

final as (
    select
        pull_id,
        pull_date,
        evidence
    from shown
)

select * from final
