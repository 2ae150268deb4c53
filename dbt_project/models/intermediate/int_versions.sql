with version_days as (
    select * from {{ ref('int_origin_version_days') }}
),

repositories as (
    select repository, min(pull_date) as first_logged_on
    from version_days
    group by repository
),

versions as (
    select repository, version, min(pull_date) as first_seen_on
    from version_days
    where version is not null
    group by repository, version
),

final as (
    select
        versions.repository,
        versions.version,
        versions.first_seen_on,
        {{ version_order('versions.version') }} as version_order,
        -- On the first day that a repository was logged, a version may have been out for years.
        not {{ is_prerelease('versions.version') }}
        and versions.first_seen_on > repositories.first_logged_on as is_release_seen
    from versions
    inner join repositories using (repository)
)

select * from final
