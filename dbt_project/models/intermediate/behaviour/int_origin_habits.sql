-- All that a look-back tells about an origin that was there on its last day.
with pattern_days as (
    select * from {{ ref('int_pattern_days') }}
),

lookup_days as (
    select * from {{ ref('int_origin_lookup_days') }}
),

rhythms as (
    select * from {{ ref('int_origin_rhythms') }}
),

presence as (
    select * from {{ ref('int_origin_presence') }}
),

windowed as (
    select
        pattern_days.pattern_date,
        days.*
    from lookup_days as days
    inner join pattern_days on days.pull_date = pattern_days.pull_date
    inner join lookup_days as last_days
        on
            pattern_days.pattern_date = last_days.pull_date
            and days.chain_origin_id = last_days.chain_origin_id
            and days.repository = last_days.repository
),

summed as (
    select
        pattern_date,
        chain_origin_id,
        repository,
        sum(lookup_count) as lookup_count,
        sum(cold_count) as cold_count,
        sum(inspect_count) as inspect_count,
        sum(copy_count) as copy_count,
        sum(burst_count) as burst_count,
        sum(machine_count) as machine_count,
        sum(ci_count) as ci_count,
        sum(workstation_count) as workstation_count,
        max(company_origin_count) as company_origin_count,
        {{ distinct_count_in_lists('tags') }} as tag_count,
        {{ distinct_count_in_lists('cold_tags') }} as cold_tag_count,
        {{ distinct_count_in_lists('cold_tag_digests') }} as cold_tag_digest_count,
        {{ distinct_count_in_lists('cold_digests') }} as cold_digest_count,
        {{ distinct_count_in_lists('cold_platforms') }} as cold_platform_count,
        max(client_name) as client_name,
        max(client_category) as client_category,
        max(network_type) as network_type
    from windowed
    group by pattern_date, chain_origin_id, repository
),

final as (
    select
        summed.*,
        cold_count / lookup_count as cold_share,
        rhythms.gap_variation,
        rhythms.visit_gap_variation,
        rhythms.steady_gap_share,
        rhythms.steady_pause_share,
        rhythms.period_seconds,
        coalesce(rhythms.gap_count, 0) as gap_count,
        coalesce(rhythms.visit_gap_count, 0) as visit_gap_count,
        presence.day_count,
        presence.weekend_day_count,
        presence.weekday_count,
        presence.hour_count,
        presence.hour_of_day_count,
        presence.moment_count,
        presence.time_count
    from summed
    left join presence using (pattern_date, chain_origin_id, repository)
    left join rhythms using (pattern_date, chain_origin_id, repository)
)

select * from final
