-- What each origin looked up on the days of a look-back, with the time of its lookup before.
with pulls as (
    select * from {{ ref('fct_pulls_base') }}
),

pattern_days as (
    select distinct pull_date from {{ ref('int_pattern_days') }}
),

lookups as (
    select pulls.*
    from pulls
    inner join pattern_days using (pull_date)
    where
        pulls.outcome in ('download', 'interrupted', 'version_check', 'inspect')
        -- Every line of an unlinkable origin may be somebody else's.
        and not coalesce(pulls.is_origin_unlinkable, false)
),

-- An origin on both sides of an epoch's border is one. Told by these look-ups alone: a look-back is shorter than the
-- time in which they carry both ids, and what another day would teach would make this day dirty too (law 3).
unique_keys as {{ unique_keys('lookups') }},

origin_keys as (
    select id, unique_key from unique_keys
    where level = 'origin'
),

final as (
    select
        coalesce(origin_keys.unique_key, lookups.origin_id) as chain_origin_id,
        lookups.repository,
        lookups.pull_id,
        lookups.pull_date,
        lookups.started_at,
        lookups.origin_id,
        lookups.tag,
        lookups.digest,
        lookups.platform,
        lookups.outcome,
        lookups.outcome in ('download', 'interrupted') as is_cold,
        lookups.is_multi_platform,
        lookups.download_count,
        lookups.client_name,
        lookups.client_category,
        lookups.network_type,
        lookups.company,
        coalesce(lookups.ci_verdict = 'yes', false) as is_ci,
        -- A Windows client with a Windows engine may be a server as well as a desktop.
        coalesce(
            lookups.client_name = 'docker-desktop'
            or (lookups.client_os in ('darwin', 'windows') and coalesce(lookups.engine_os, '') <> 'windows'),
            false
        ) as is_workstation,
        lag(lookups.started_at) over before_it as before_started_at,
        lag(lookups.tag) over before_it as before_tag
    from lookups
    left join origin_keys on lookups.origin_id = origin_keys.id
    window before_it as (
        partition by coalesce(origin_keys.unique_key, lookups.origin_id), lookups.repository
        order by lookups.started_at, lookups.pull_id
    )
)

select * from final
