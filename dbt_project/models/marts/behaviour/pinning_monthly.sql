{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'month', 'period_column': 'period_start'}
) }}

with uses as (
    select * from {{ ref('int_origin_month_uses') }}
    where pinning is not null
),

in_scopes as (
    select period_start, repository, origin_key, pinning, download_count, version_check_count
    from uses
    union all
    select
        period_start,
        '*' as repository,
        origin_key,
        pinning,
        sum(download_count) as download_count,
        sum(version_check_count) as version_check_count
    from uses
    group by period_start, origin_key, pinning
),

-- Twelfths of an origin, so that sums do not depend on their order: it names images in four ways at the most.
split as (
    select
        *,
        12 // count(*) over (partition by period_start, repository, origin_key) as twelfths
    from in_scopes
),

counted as (
    select
        period_start,
        repository,
        pinning,
        count(*) as unique_origin_count,
        sum(twelfths) as twelfths,
        sum(download_count) as download_count,
        sum(version_check_count) as version_check_count
    from split
    group by period_start, repository, pinning
),

months as (
    select distinct period_start, repository from counted
),

-- What nobody did in a month says 0.
every_kind as (
    {%- for pinning in ['latest', 'floating', 'exact', 'digest'] %}
        select period_start, repository, '{{ pinning }}' as pinning from months
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

final as (
    select
        every_kind.period_start,
        every_kind.repository,
        every_kind.pinning,
        coalesce(counted.unique_origin_count, 0) as unique_origin_count,
        round(
            coalesce(counted.twelfths, 0)
            / sum(counted.twelfths) over (partition by every_kind.period_start, every_kind.repository), 4
        ) as origin_share,
        cast(coalesce(counted.download_count, 0) as bigint) as download_count,
        cast(coalesce(counted.version_check_count, 0) as bigint) as version_check_count
    from every_kind
    left join counted using (period_start, repository, pinning)
)

select * from final
