with installs as (
    select * from {{ ref('int_exposed_installs') }}
),

curves as (
    select * from {{ kaplan_meier('installs', 'published_on, repository, reference, label') }}
),

final as (
    select
        published_on,
        repository,
        reference,
        label,
        cast(lag_days as bigint) as lag_days,
        cast(at_risk_count as bigint) as at_risk_count,
        cast(upgraded_count as bigint) as left_count,
        cast(censored_count as bigint) as censored_count,
        round(cast(survival as double), 6) as remaining_share
    from curves
)

select * from final
