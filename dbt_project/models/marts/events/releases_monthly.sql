-- Use and number of releases side by side: an image that is released often is pulled often.
with months as (
    select * from {{ ref('pulls_monthly_base') }}
    where repository <> '*'
),

releases as (
    select * from {{ ref('int_releases') }}
),

version_days as (
    select * from {{ ref('int_origin_version_days') }}
    where is_install and is_updater is not true
),

digest_days as (
    select * from {{ ref('origin_versions') }}
    where is_install and is_updater is not true and last_downloaded_at is not null
),

unique_keys as (
    select * from {{ ref('int_unique_keys') }}
),

released as (
    select {{ period_of('month', 'released_on') }} as period_start, repository, count(*) as release_count
    from releases
    group by {{ period_of('month', 'released_on') }}, repository
),

active as (
    select
        {{ period_of('month', 'pull_date') }} as period_start,
        repository,
        count(distinct origin_key) as active_install_count
    from version_days
    group by {{ period_of('month', 'pull_date') }}, repository
),

-- Which install took which release in its month.
taken as (
    select releases.repository, releases.released_on, releases.release, releases.digest, version_days.origin_key
    from releases
    inner join version_days
        on releases.repository = version_days.repository and releases.release = version_days.version
    where
        version_days.last_downloaded_at is not null
        and {{ period_of('month', 'version_days.pull_date') }} = {{ period_of('month', 'releases.released_on') }}
    union
    select
        releases.repository,
        releases.released_on,
        releases.release,
        releases.digest,
        {{ unique_key('origin', 'digest_days') }} as origin_key
    from releases
    inner join digest_days
        on releases.repository = digest_days.repository and releases.digest = digest_days.digest
    {{ join_unique_keys('digest_days', 'unique_keys') }}
    where {{ period_of('month', 'digest_days.pull_date') }} = {{ period_of('month', 'releases.released_on') }}
),

uptakes as (
    select {{ period_of('month', 'released_on') }} as period_start, repository, count(*) as taken_count
    from taken
    group by {{ period_of('month', 'released_on') }}, repository
),

final as (
    select
        months.period_start,
        months.repository,
        months.download_count,
        months.pull_count,
        months.unique_origin_count,
        coalesce(released.release_count, 0) as release_count,
        round(months.download_count / released.release_count, 2) as downloads_per_release,
        round(months.pull_count / released.release_count, 2) as pulls_per_release,
        coalesce(active.active_install_count, 0) as active_install_count,
        round(coalesce(uptakes.taken_count, 0) / (active.active_install_count * released.release_count), 4)
            as update_uptake
    from months
    left join released using (period_start, repository)
    left join active using (period_start, repository)
    left join uptakes using (period_start, repository)
)

select * from final
