{% set reads_back = var('pattern_days') | int - 1 %}
-- What is known of a session and of its origin's last days, before anything is concluded.
with pulls as (
    select * from {{ ref('fct_pulls_base') }}
    where pull_date in {{ planned('day', reads_back) }}
),

lookups as (
    select * from {{ ref('int_origin_lookups') }}
),

patterns as (
    select * from {{ ref('int_access_patterns') }}
),

presence as (
    select * from {{ ref('int_origin_presence') }}
),

pushers as (
    select * from {{ ref('int_pushers') }}
),

-- A push of the epoch before is known by the ids under its key.
ids as (
    select
        pull_id,
        pull_date,
        repository,
        {{ each_of('origin_id', 'previous_origin_id', 'endpoint_id', 'previous_endpoint_id') }} as id
    from pulls
    where not coalesce(is_origin_unlinkable, false)
),

own_pulls as (
    select
        ids.pull_id,
        bool_or(pushers.level = 'origin') as is_pusher
    from ids
    inner join pushers
        on
            ids.pull_date = pushers.pattern_date
            and ids.repository = pushers.repository
            and ids.id = pushers.id
    group by ids.pull_id
),

own_networks as (
    select * from {{ ref('own_networks') }}
),

final as (
    select
        pulls.pull_id,
        pulls.pull_date,
        pulls.outcome,
        pulls.client_name,
        pulls.client_version,
        pulls.client_category,
        pulls.engine_os,
        pulls.client_os,
        pulls.kernel_hint,
        pulls.network_type,
        pulls.network_operator,
        pulls.cloud_provider,
        pulls.cloud_region,
        pulls.ci_verdict,
        own_networks.asn is not null as is_own_network,
        coalesce(own_pulls.is_pusher, false) as is_pusher,
        own_pulls.pull_id is not null as is_at_pushing_address,
        patterns.access_pattern,
        patterns.rule as pattern_rule,
        coalesce(patterns.lookup_count, 0) as lookup_count,
        coalesce(patterns.cold_count, 0) as cold_count,
        coalesce(patterns.cold_digest_count, 0) as cold_digest_count,
        coalesce(patterns.cold_share, 0) as cold_share,
        coalesce(presence.day_count, 0) as day_count,
        coalesce(presence.weekend_day_count, 0) as weekend_day_count,
        coalesce(presence.hour_count, 0) as hour_count
    from pulls
    left join lookups using (pull_id)
    left join own_pulls using (pull_id)
    left join patterns
        on
            pulls.pull_date = patterns.pattern_date
            and pulls.repository = patterns.repository
            and lookups.chain_origin_id = patterns.chain_origin_id
    left join presence
        on
            pulls.pull_date = presence.pattern_date
            and pulls.repository = presence.repository
            and lookups.chain_origin_id = presence.chain_origin_id
    left join own_networks on pulls.asn = own_networks.asn
)

select * from final
