-- How long each install that could move to a release took, or was seen not to.
with version_days as (
    select * from {{ ref('int_origin_version_days') }}
),

versions as (
    select * from {{ ref('int_versions') }}
),

installs as (
    select version_days.*, versions.version_order
    from version_days
    left join versions using (repository, version)
    -- An updater fetches nothing itself: whether it moved shows at the engine beside it.
    where version_days.is_install and version_days.is_updater is not true
),

releases as (
    select * from versions
    where is_release_seen
),

-- Active in the window before the release, on a version before it.
eligible as (
    select
        releases.repository,
        releases.version,
        releases.version_order,
        releases.first_seen_on,
        installs.origin_key
    from releases
    inner join installs
        on
            releases.repository = installs.repository
            and installs.pull_date between releases.first_seen_on - {{ var('active_window_days') }}
            and releases.first_seen_on - 1
    where installs.version is not null
    group by all
    having max_by(installs.version_order, (installs.last_seen_at, installs.version_order)) < releases.version_order
),

followed as (
    select
        eligible.repository,
        eligible.version,
        eligible.origin_key,
        eligible.first_seen_on,
        min(installs.pull_date) filter (
            where
            installs.pull_date >= eligible.first_seen_on
            and installs.last_downloaded_at is not null
            and installs.version_order >= eligible.version_order
        ) as upgraded_on,
        max(installs.pull_date) as last_seen_on
    from eligible
    inner join installs using (repository, origin_key)
    group by eligible.repository, eligible.version, eligible.origin_key, eligible.first_seen_on
),

-- Nobody has been watched for longer than there are logs.
last_days as (
    select max(pull_date) as last_day from version_days
),

final as (
    select
        followed.repository,
        followed.version,
        followed.origin_key,
        followed.upgraded_on is not null as is_upgraded,
        cast(
            coalesce(
                followed.upgraded_on,
                least(followed.last_seen_on + {{ var('active_window_days') }}, last_days.last_day)
            ) - followed.first_seen_on as bigint
        ) as lag_days
    from followed
    cross join last_days
)

select * from final
