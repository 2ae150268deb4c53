-- May this tag be retired? As of the last loaded day, whatever today is.
with history as (
    select * from {{ ref('tag_history') }}
),

tag_days as (
    select * from {{ ref('tag_usage_base') }}
),

uses as (
    select * from {{ ref('int_tag_uses') }}
    where is_in_lookback and tag is not null
),

pins as (
    select * from {{ ref('int_tag_pins') }}
),

successors as (
    select * from {{ ref('int_tag_successors') }}
),

load_days as (
    select * from {{ ref('stg_load_days') }}
),

last_days as (
    select max(requested_on) as last_day
    from load_days
),

coverage as (
    select
        last_days.last_day as as_of_date,
        count(distinct load_days.requested_on) / {{ var('tag_lookback_days') }} as covered_share
    from load_days
    inner join last_days on load_days.requested_on > last_days.last_day - {{ var('tag_lookback_days') }}
    group by last_days.last_day
),

-- Two files may say two things of a tag that no log shows.
meanings as (
    select *
    from history
    where valid_to is null
    qualify row_number() over (partition by repository, tag order by digest) = 1
),

used as (
    select
        repository,
        tag,
        count(*) filter (where is_pull) as pull_count,
        count(*) filter (where not is_pull) as look_up_count,
        count(distinct case when is_active_install then origin_key end) as active_install_count,
        count(distinct case when is_pull then company end) as company_count
    from uses
    group by repository, tag
),

ever as (
    select
        repository,
        tag,
        max(last_pulled_at) as last_pulled_at,
        max(last_ci_pulled_at) as last_ci_pulled_at
    from tag_days
    group by repository, tag
),

tags as (
    select repository, tag from ever
    union
    select repository, tag from meanings
),

described as (
    select
        tags.repository,
        tags.tag,
        coverage.as_of_date,
        meanings.digest,
        meanings.valid_from as digest_since,
        meanings.confidence as digest_confidence,
        meanings.source as digest_source,
        ever.last_pulled_at,
        ever.last_ci_pulled_at,
        coalesce(used.pull_count, 0) as pull_count,
        coalesce(used.look_up_count, 0) as look_up_count,
        coalesce(used.active_install_count, 0) as active_install_count,
        coalesce(pins.pinned_pull_count, 0) as pinned_pull_count,
        coalesce(pins.pinned_origin_count, 0) as pinned_origin_count,
        coalesce(used.company_count, 0) as company_count,
        successors.successor_tag,
        coverage.covered_share
    from tags
    cross join coverage
    left join meanings on tags.repository = meanings.repository and tags.tag = meanings.tag
    left join ever on tags.repository = ever.repository and tags.tag = ever.tag
    left join used on tags.repository = used.repository and tags.tag = used.tag
    left join pins on tags.repository = pins.repository and tags.tag = pins.tag
    left join successors on tags.repository = successors.repository and tags.tag = successors.tag
),

judged as (
    select
        *,
        case
            when active_install_count > 0 then 'in use'
            -- A pull is a fact, however many days are missing; that there was none needs all of them.
            when pull_count + pinned_pull_count + look_up_count > 0 then 'warn'
            when covered_share < {{ var('tag_coverage_share') }} then 'unknown'
            else 'safe to retire'
        end as verdict
    from described
),

final as (
    select
        repository,
        tag,
        as_of_date,
        digest,
        digest_since,
        digest_confidence,
        digest_source,
        last_pulled_at,
        last_ci_pulled_at,
        cast(pull_count as bigint) as pull_count,
        cast(look_up_count as bigint) as look_up_count,
        cast(active_install_count as bigint) as active_install_count,
        cast(pinned_pull_count as bigint) as pinned_pull_count,
        cast(pinned_origin_count as bigint) as pinned_origin_count,
        cast(company_count as bigint) as company_count,
        successor_tag,
        cast(covered_share as double) as covered_share,
        verdict,
        case verdict
            when 'in use'
                then 'Active installs in {{ var("active_window_days") }} days: ' || active_install_count || '.'
            when 'warn'
                then
                    'No active install in {{ var("active_window_days") }} days. In '
                    || '{{ var("tag_lookback_days") }}: pulls ' || pull_count || ', by its digest '
                    || pinned_pull_count || ', look-ups by tools ' || look_up_count || '.'
            when 'unknown'
                then
                    'No pull seen, but only ' || cast(floor(covered_share * 100) as integer)
                    || ' % of the last {{ var("tag_lookback_days") }} days have logs.'
            else 'No pull in {{ var("tag_lookback_days") }} days, by the tag or by its digest.'
        end as verdict_reason
    from judged
)

select * from final
