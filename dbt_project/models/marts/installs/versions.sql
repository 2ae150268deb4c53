with versions as (
    select * from {{ ref('int_versions') }}
),

curves as (
    select * from {{ ref('upgrade_lag_curves') }}
),

changes as (
    select * from {{ ref('int_version_changes') }}
),

lags as (
    select
        repository,
        version,
        sum(upgraded_count + censored_count) as eligible_install_count,
        sum(upgraded_count) as upgraded_install_count,
        -- The median of the survival curve, not of those that moved: installs that have not moved yet count too.
        min(lag_days) filter (where survival <= 0.5) as median_upgrade_lag_days
    from curves
    group by repository, version
),

rollbacks as (
    select repository, previous_version as version, count(*) as downgrade_count
    from changes
    where direction = 'downgrade'
    group by repository, previous_version
),

final as (
    select
        versions.repository,
        versions.version,
        versions.first_seen_on,
        versions.is_release_seen,
        cast(lags.eligible_install_count as bigint) as eligible_install_count,
        cast(lags.upgraded_install_count as bigint) as upgraded_install_count,
        cast(lags.median_upgrade_lag_days as bigint) as median_upgrade_lag_days,
        cast(coalesce(rollbacks.downgrade_count, 0) as bigint) as downgrade_count
    from versions
    inner join lags using (repository, version)
    left join rollbacks using (repository, version)
)

select * from final
