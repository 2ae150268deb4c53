-- Which version each install took or looked up on each day: all of history, since a release may be long ago.
with versions as (
    select * from {{ ref('origin_versions') }}
),

digest_versions as (
    select * from {{ ref('int_digest_versions') }}
),

unique_keys as (
    select * from {{ ref('int_unique_keys') }}
),

resolved as (
    select
        versions.*,
        {{ unique_key('origin', 'versions') }} as origin_key,
        coalesce(
            digest_versions.version,
            case when {{ is_version('versions.tag') }} then versions.tag end
        ) as version
    from versions
    left join digest_versions using (repository, digest)
    {{ join_unique_keys('versions', 'unique_keys') }}
),

final as (
    select
        pull_date,
        repository,
        origin_key,
        version,
        bool_and(is_install) as is_install,
        bool_and(is_updater) as is_updater,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        max(last_downloaded_at) as last_downloaded_at
    from resolved
    group by pull_date, repository, origin_key, version
)

select * from final
