-- Each time an install took another version than the one it took before.
with version_days as (
    select * from {{ ref('int_origin_version_days') }}
),

versions as (
    select * from {{ ref('int_versions') }}
),

downloads as (
    select
        version_days.pull_date,
        version_days.repository,
        version_days.origin_key,
        version_days.version,
        version_days.last_downloaded_at,
        versions.version_order,
        lag(version_days.version) over origin as previous_version,
        lag(versions.version_order) over origin as previous_order
    from version_days
    inner join versions using (repository, version)
    where version_days.is_install and version_days.last_downloaded_at is not null
    window origin as (
        partition by version_days.repository, version_days.origin_key
        order by version_days.last_downloaded_at, version_days.version
    )
),

final as (
    select
        pull_date,
        repository,
        origin_key,
        last_downloaded_at,
        version,
        previous_version,
        case when version_order < previous_order then 'downgrade' else 'upgrade' end as direction
    from downloads
    -- Two variants of one version are neither.
    where version_order <> previous_order
)

select * from final
