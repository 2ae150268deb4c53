-- How often somebody asked for a tag in the look-back, or for what it means by digest, and did not get it.
with demands as (
    select * from {{ ref('unmet_demand_daily_base') }}
    where wanted_session_count > 0
),

tag_digests as (
    select * from {{ ref('int_tag_digests') }}
    where is_current
),

last_days as (
    select max(requested_on) as last_day from {{ ref('stg_load_days') }}
),

recent as (
    select demands.*
    from demands
    inner join last_days on demands.demand_date > last_days.last_day - {{ var('tag_lookback_days') }}
),

asked as (
    select repository, reference as tag, wanted_session_count
    from recent
    where not starts_with(reference, 'sha256:')
    union all
    select recent.repository, tag_digests.tag, recent.wanted_session_count
    from recent
    inner join tag_digests on recent.repository = tag_digests.repository and recent.reference = tag_digests.digest
),

final as (
    select
        repository,
        tag,
        cast(sum(wanted_session_count) as bigint) as unmet_demand_count
    from asked
    group by repository, tag
)

select * from final
