{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'pull_date'}
) }}

with pulls as (
    select * from {{ ref('fct_pulls_base') }}
    where pull_date in {{ planned('day') }}
),

answers as (
    select * from {{ ref('int_tag_answers') }}
),

clients as (
    select * from {{ ref('int_clients') }}
),

children as (
    select * from {{ ref('stg_manifest_children') }}
),

challenges as (
    select * from {{ ref('int_refused_challenges') }}
),

-- Where the answer was seen: a GET that was refused after a look-up says nothing of what runs.
refused as (
    select pull_id
    from {{ ref('int_unmet_sessions') }}
    where doubt is null
    union
    -- A challenge belongs to no session.
    select pulls.pull_id
    from pulls
    inner join challenges
        on
            pulls.origin_id = challenges.origin_id
            and pulls.repository = challenges.repository
            and challenges.requested_at between pulls.started_at
            and pulls.started_at + interval '1' second * {{ var('auth_answer_seconds') }}
    where pulls.outcome = 'version_check'
),

-- An image that several indexes list does not tell which of them was meant.
parents as (
    select child_digest, min(index_digest) as index_digest
    from children
    group by child_digest
    having count(*) = 1
),

sessions as (
    select
        pulls.*,
        case
            when answers.digest is not null then answers.digest
            -- A redirected GET of a tag is followed by the image of a platform, a HEAD by what the tag means.
            when pulls.tag is null or pulls.manifest_head_count > 0 then coalesce(parents.index_digest, pulls.digest)
            else parents.index_digest
        end as meant_digest,
        {{ keeps_images('clients.can_pull', 'pulls.client_category') }} as is_install,
        coalesce(pulls.client_category = 'updater', false) as is_updater
    from pulls
    left join answers on pulls.pull_id = answers.pull_id
    left join clients on pulls.client_name = clients.client_name
    left join parents on pulls.digest = parents.child_digest
    left join refused on pulls.pull_id = refused.pull_id
    where
        pulls.outcome in ('download', 'version_check')
        and not pulls.is_origin_unlinkable
        and refused.pull_id is null
),

final as (
    select
        pull_date,
        repository,
        tag,
        meant_digest as digest,
        origin_id,
        any_value(endpoint_id) as endpoint_id,
        bool_and(is_install) as is_install,
        bool_and(is_updater) as is_updater,
        min(started_at) as first_seen_at,
        max(started_at) as last_seen_at,
        max(started_at) filter (where outcome = 'version_check') as last_checked_at,
        max(started_at) filter (where outcome = 'download') as last_downloaded_at,
        count(*) filter (where outcome = 'version_check') as version_check_count,
        cast(sum(download_count) as bigint) as download_count,
        count(*) as session_count,
        greatest(max(download_count), 1) as machine_estimate
    from sessions
    group by pull_date, repository, tag, meant_digest, origin_id
    -- Similar rows side by side compress better: a seventh smaller in the published file.
    order by pull_date, repository, meant_digest
)

select * from final
