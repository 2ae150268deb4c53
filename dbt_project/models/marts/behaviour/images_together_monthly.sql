{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'month', 'period_column': 'period_start'}
) }}

with uses as (
    select distinct period_start, repository, origin_key from {{ ref('int_origin_month_uses') }}
),

-- An origin that uses more images than one person or machine needs collects them: a mirror, a crawler.
origins as (
    select
        period_start,
        repository,
        origin_key
    from (
        select *, count(*) over (partition by period_start, origin_key) as repository_count
        from uses
    ) as counted
    where repository_count <= {{ var('together_repositories') }}
),

repositories as (
    select period_start, repository, count(*) as repository_origin_count
    from origins
    group by period_start, repository
),

months as (
    select period_start, count(distinct origin_key) as origin_count
    from origins
    group by period_start
),

pairs as (
    select
        origins.period_start,
        origins.repository,
        others.repository as other_repository,
        count(*) as unique_origin_count
    from origins
    inner join origins as others using (period_start, origin_key)
    where origins.repository <> others.repository
    group by origins.period_start, origins.repository, others.repository
    having count(*) >= {{ var('together_origins') }}
),

final as (
    select
        pairs.period_start,
        pairs.repository,
        pairs.other_repository,
        pairs.unique_origin_count,
        repositories.repository_origin_count,
        round(pairs.unique_origin_count / repositories.repository_origin_count, 4) as together_share,
        round(
            pairs.unique_origin_count * months.origin_count
            / (repositories.repository_origin_count * others.repository_origin_count), 3
        ) as together_lift
    from pairs
    inner join repositories using (period_start, repository)
    inner join repositories as others
        on pairs.period_start = others.period_start and pairs.other_repository = others.repository
    inner join months on pairs.period_start = months.period_start
)

select * from final
