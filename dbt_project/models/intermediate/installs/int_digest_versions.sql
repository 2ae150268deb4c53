-- The version of a digest: its most precise version tag, so that `latest` and `1.0` read as 1.0.1.
with versions as (
    select * from {{ ref('origin_versions') }}
),

tagged as (
    select
        repository,
        digest,
        tag,
        min(first_seen_at) as first_seen_at
    from versions
    where digest is not null and {{ is_version('tag') }}
    group by repository, digest, tag
),

final as (
    select
        repository,
        digest,
        tag as version
    from tagged
    qualify row_number() over (
        partition by repository, digest
        order by {{ version_depth('tag') }} desc, first_seen_at, tag
    ) = 1
)

select * from final
