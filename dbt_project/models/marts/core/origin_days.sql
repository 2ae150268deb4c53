{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'pull_date'},
    post_hook="{{ publish_unique_macros() }}"
) }}

with pulls as (
    select * from {{ ref('fct_pulls_base') }}
    where pull_date in {{ planned('day') }}
),

final as (
    select
        pull_date,
        repository,
        origin_id,
        any_value(endpoint_id) as endpoint_id,
        max(identity_epoch) as identity_epoch,
        max(previous_origin_id) as previous_origin_id,
        max(previous_endpoint_id) as previous_endpoint_id,
        cast(sum(download_count) as bigint) as download_count,
        count(*) filter (where outcome = 'version_check') as version_check_count
    from pulls
    -- A line whose key had died is a pull, but never part of a unique (contract B).
    where outcome in ('download', 'version_check') and not is_origin_unlinkable
    group by pull_date, repository, origin_id
    -- Similar rows side by side compress better: a third smaller in the published file.
    order by pull_date, origin_id
)

select * from final
