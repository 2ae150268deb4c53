-- A table of its own on every run: which version a digest is may become known later than the digest.
with installs as (
    select * from {{ ref('version_adoption_daily_base') }}
),

digest_versions as (
    select * from {{ ref('int_digest_versions') }}
),

versions as (
    select * from {{ ref('versions') }}
),

changes as (
    select * from {{ ref('int_version_changes') }}
),

-- An install that runs several things of one version runs that version once.
in_sets as (
    select
        installs.adoption_date,
        installs.repository,
        installs.set_id,
        coalesce(digest_versions.version, installs.version_tag, 'unknown') as version,
        max(installs.active_install_count) as active_install_count,
        coalesce(max(installs.active_install_count) filter (where installs.is_confirmed), 0)
            as confirmed_install_count,
        sum(installs.install_millionths) as install_millionths
    from installs
    left join digest_versions using (repository, digest)
    group by all
),

adopted as (
    select
        adoption_date,
        repository,
        version,
        sum(active_install_count) as active_install_count,
        sum(confirmed_install_count) as confirmed_install_count,
        sum(install_millionths) as install_millionths
    from in_sets
    group by adoption_date, repository, version
),

moves as (
    select
        pull_date as adoption_date,
        repository,
        version,
        count(*) filter (where direction = 'upgrade') as upgrade_count,
        count(*) filter (where direction = 'downgrade') as downgrade_count
    from changes
    group by pull_date, repository, version
),

final as (
    select
        adopted.adoption_date,
        adopted.repository,
        adopted.version,
        cast(adopted.active_install_count as bigint) as active_install_count,
        cast(adopted.confirmed_install_count as bigint) as confirmed_install_count,
        adopted.install_millionths / sum(adopted.install_millionths) over (
            partition by adopted.adoption_date, adopted.repository
        ) as install_share,
        cast(adopted.adoption_date - versions.first_seen_on as bigint) as days_since_first_seen,
        coalesce(moves.upgrade_count, 0) as upgrade_count,
        coalesce(moves.downgrade_count, 0) as downgrade_count,
        -- As known on that day: a median that lay ahead was not known.
        case
            when versions.median_upgrade_lag_days <= adopted.adoption_date - versions.first_seen_on
                then versions.median_upgrade_lag_days
        end as median_upgrade_lag_days
    from adopted
    left join versions using (repository, version)
    left join moves using (adoption_date, repository, version)
)

select * from final
