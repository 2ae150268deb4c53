-- What each origin used in each planned month, and how it named it: not what is sent on or looked through.
with pulls as (
    select * from {{ ref('fct_pulls_base') }}
    where {{ period_of('month', 'pull_date') }} in {{ planned('month') }}
),

unique_keys as (
    select * from {{ ref('int_unique_keys') }}
    where level = 'origin'
),

uses as (
    select
        {{ period_of('month', 'pulls.pull_date') }} as period_start,
        pulls.repository,
        coalesce(unique_keys.unique_key, pulls.origin_id) as origin_key,
        -- Layers without a manifest name nothing.
        case when pulls.tag is not null or pulls.tag_method = 'digest' then {{ pinning('pulls.tag') }} end as pinning,
        pulls.is_multi_platform,
        pulls.download_count,
        case when pulls.outcome = 'version_check' then 1 else 0 end as version_check_count
    from pulls
    left join unique_keys on pulls.origin_id = unique_keys.id
    where
        pulls.outcome in ('download', 'version_check')
        and not pulls.is_origin_unlinkable
        and coalesce(pulls.client_category, '') not in ('mirror', 'scanner', 'bot', 'browser')
),

-- An origin that takes an image for several platforms at once, more than once a month, copies it for others: a mirror,
-- whatever its client.
own_uses as (
    select * from (
        select
            *,
            count(*) filter (where is_multi_platform) over (
                partition by period_start, repository, origin_key
            ) as copy_count
        from uses
    ) as told
    where copy_count < {{ var('mirror_copies') }}
),

final as (
    select
        period_start,
        repository,
        origin_key,
        pinning,
        cast(sum(download_count) as bigint) as download_count,
        cast(sum(version_check_count) as bigint) as version_check_count
    from own_uses
    group by period_start, repository, origin_key, pinning
)

select * from final
