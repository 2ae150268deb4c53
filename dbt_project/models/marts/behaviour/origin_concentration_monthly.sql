{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'month', 'period_column': 'period_start'}
) }}

with origin_days as (
    select {{ period_of('month', 'pull_date') }} as period_start, *
    from {{ ref('origin_days') }}
    where {{ period_of('month', 'pull_date') }} in {{ planned('month') }}
),

unique_keys as (
    select * from {{ ref('int_unique_keys') }}
    where level = 'origin'
),

keyed as (
    select
        origin_days.*,
        coalesce(unique_keys.unique_key, origin_days.origin_id) as origin_key
    from origin_days
    left join unique_keys on origin_days.origin_id = unique_keys.id
),

in_scopes as (
    select period_start, repository, pull_date, origin_key, download_count, version_check_count
    from keyed
    union all
    select period_start, '*' as repository, pull_date, origin_key, download_count, version_check_count
    from keyed
),

-- What one origin did on one day, in one repository or in all.
days as (
    select
        period_start,
        repository,
        pull_date,
        origin_key,
        sum(download_count) as download_count,
        sum(download_count + version_check_count) as pull_count
    from in_scopes
    group by period_start, repository, pull_date, origin_key
),

origins as (
    select
        period_start,
        repository,
        origin_key,
        sum(download_count) as download_count,
        sum(pull_count) as pull_count,
        sum(least(download_count, {{ var('capped_pulls') }})) as capped_download_count,
        sum(least(pull_count, {{ var('capped_pulls') }})) as capped_pull_count
    from days
    group by period_start, repository, origin_key
),

ranked as (
    select
        *,
        -- Equal pulls: more downloads go first. Origins that are equal in both may change places without any effect on
        -- the figures below: none depends on the value of a pseudonym.
        row_number() over (
            partition by period_start, repository
            order by pull_count desc, download_count desc, origin_key asc
        ) as place,
        count(*) over (partition by period_start, repository) as origin_count
    from origins
),

summed as (
    select
        period_start,
        repository,
        count(*) as origin_count,
        sum(pull_count) as pull_count,
        sum(download_count) as download_count,
        sum(capped_pull_count) as capped_pull_count,
        sum(capped_download_count) as capped_download_count,
        sum(pull_count * pull_count) as pull_count_square_sum,
        sum((origin_count - place + 1) * pull_count) as weighted_pull_count,
        coalesce(sum(pull_count) filter (where place > 1), 0) as pull_count_without_top_1,
        coalesce(sum(pull_count) filter (where place > 10), 0) as pull_count_without_top_10,
        coalesce(sum(download_count) filter (where place > 1), 0) as download_count_without_top_1,
        coalesce(sum(download_count) filter (where place > 10), 0) as download_count_without_top_10,
        count(*) filter (where place > 10) as origin_count_without_top_10,
        -- The middle origin, or the mean of the middle two.
        avg(pull_count) filter (where 2 * place between origin_count and origin_count + 2) as median_pull_count
    from ranked
    group by period_start, repository
),

final as (
    select
        period_start,
        repository,
        cast(origin_count as bigint) as unique_origin_count,
        cast(pull_count as bigint) as pull_count,
        cast(download_count as bigint) as download_count,
        round(pull_count / origin_count, 2) as mean_pull_count,
        round(median_pull_count, 1) as median_pull_count,
        round((pull_count - pull_count_without_top_1) / pull_count, 4) as top_1_share,
        round((pull_count - pull_count_without_top_10) / pull_count, 4) as top_10_share,
        round(pull_count * pull_count / pull_count_square_sum, 3) as effective_origin_count,
        -- Of 0 (all alike) to 1 (one has all), from places i in rising order: 2 Σ i x / (n Σ x) - (n + 1) / n.
        round((2 * weighted_pull_count / pull_count - (origin_count + 1)) / origin_count, 4) as gini,
        cast(capped_pull_count as bigint) as capped_pull_count,
        cast(capped_download_count as bigint) as capped_download_count,
        cast(pull_count_without_top_1 as bigint) as pull_count_without_top_1,
        cast(download_count_without_top_1 as bigint) as download_count_without_top_1,
        cast(origin_count - 1 as bigint) as unique_origin_count_without_top_1,
        cast(pull_count_without_top_10 as bigint) as pull_count_without_top_10,
        cast(download_count_without_top_10 as bigint) as download_count_without_top_10,
        cast(origin_count_without_top_10 as bigint) as unique_origin_count_without_top_10
    from summed
)

select * from final
