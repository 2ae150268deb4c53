{% set cold_answers = 'is_cold and tag is not null and digest is not null' %}

-- What one day adds to an origin's habits. Each row depends on its own day only, so that days can be added up.
with lookups as (
    select * from {{ ref('int_origin_lookups') }}
),

rollouts as (
    select * from {{ ref('int_company_rollouts') }}
),

bursts as (
    select
        *,
        is_cold
        and coalesce(
            started_at - lag(started_at) over (
                partition by chain_origin_id, repository, pull_date, is_cold, digest
                order by started_at
            ) > interval '1' second * {{ var('rollout_seconds') }},
            true
        ) as is_burst_start
    from lookups
),

days as (
    select
        chain_origin_id,
        repository,
        pull_date,
        count(*) as lookup_count,
        count(*) filter (where is_cold) as cold_count,
        count(*) filter (where outcome = 'inspect') as inspect_count,
        count(*) filter (where is_cold and is_multi_platform) as copy_count,
        count(*) filter (where is_burst_start) as burst_count,
        -- An interrupted download (0 in full) is a machine too.
        coalesce(sum(greatest(download_count, 1)) filter (where is_cold), 0) as machine_count,
        count(*) filter (where is_ci) as ci_count,
        count(*) filter (where is_workstation) as workstation_count,
        {{ list_of('tag', distinct=true, only_where='tag is not null') }} as tags,
        {{ list_of('tag', distinct=true, only_where=cold_answers) }} as cold_tags,
        {{ list_of("tag || ' ' || digest", distinct=true, only_where=cold_answers) }} as cold_tag_digests,
        {{ list_of('digest', distinct=true, only_where='is_cold and digest is not null') }} as cold_digests,
        {{ list_of('platform', distinct=true, only_where='is_cold and platform is not null') }} as cold_platforms,
        max(client_name) as client_name,
        max(client_category) as client_category,
        max(network_type) as network_type
    from bursts
    group by chain_origin_id, repository, pull_date
),

final as (
    select
        days.*,
        coalesce(rollouts.company_origin_count, 0) as company_origin_count
    from days
    left join rollouts using (chain_origin_id, repository, pull_date)
)

select * from final
