with lags as (
    select * from {{ ref('int_upgrade_lags') }}
),

versions as (
    select * from {{ ref('int_versions') }}
),

curves as (
    select * from {{ kaplan_meier('lags', 'repository, version') }}
),

-- A curve begins when nobody has moved yet, whether anybody could or not.
starts as (
    select
        versions.repository,
        versions.version,
        count(lags.origin_key) as at_risk_count
    from versions
    left join lags using (repository, version)
    group by versions.repository, versions.version
),

points as (
    select
        repository,
        version,
        lag_days,
        at_risk_count,
        upgraded_count,
        censored_count,
        survival
    from curves
    union all
    select
        starts.repository,
        starts.version,
        0 as lag_days,
        starts.at_risk_count,
        0 as upgraded_count,
        0 as censored_count,
        1 as survival
    from starts
    anti join curves
        on
            starts.repository = curves.repository
            and starts.version = curves.version
            and curves.lag_days = 0
),

final as (
    select
        repository,
        version,
        cast(lag_days as bigint) as lag_days,
        cast(at_risk_count as bigint) as at_risk_count,
        cast(upgraded_count as bigint) as upgraded_count,
        cast(censored_count as bigint) as censored_count,
        round(cast(survival as double), 6) as survival
    from points
)

select * from final
