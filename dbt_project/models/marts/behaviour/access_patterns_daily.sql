{% set reads_back = var('pattern_days') | int - 1 %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'pattern_date', 'reads_back': reads_back}
) }}

with patterns as (
    select * from {{ ref('int_access_patterns') }}
),

lookups as (
    select * from {{ ref('int_origin_lookups') }}
),

-- The ids of the day itself, which fct_pulls has too.
origins as (
    select distinct pull_date, repository, origin_id, chain_origin_id
    from lookups
    where pull_date in {{ planned('day', reads_back) }}
),

described as (
    select
        *,
        case
            when access_pattern = 'unknown' then 'Unknown: ' || evidence
            when access_pattern = 'ci_like' then 'CI-like, ' || confidence || ': ' || evidence
            else upper(access_pattern[1]) || access_pattern[2:] || ', ' || confidence || ': ' || evidence
        end
        || case
            when access_pattern = 'polling' then ', every ' || {{ in_words('period_seconds') }} else ''
        end as verdict,
        cast(cast(round(100 * cold_share) as integer) as varchar) as cold_percent,
        cast(cast(round(100 * gap_variation) as integer) as varchar) as variation_percent
    from patterns
),

final as (
    select
        origins.pull_date as pattern_date,
        origins.repository,
        origins.origin_id,
        described.access_pattern,
        described.confidence as pattern_confidence,
        described.verdict || '. Look-ups in the {{ var("pattern_days") }} days up to here: '
        || cast(described.lookup_count as varchar) || '; with layers: ' || described.cold_percent || ' %; tags: '
        || cast(described.tag_count as varchar)
        -- One gap has nothing to differ from.
        || case
            when described.lookup_count > 2
                then coalesce('; variation of the gaps: ' || described.variation_percent || ' %', '')
            else ''
        end
        || '.' as pattern_reason,
        described.rule as pattern_rule,
        case when described.access_pattern = 'polling' then described.period_seconds end as period_seconds,
        cast(described.lookup_count as bigint) as lookup_count,
        round(described.cold_share, 4) as cold_share,
        cast(described.tag_count as bigint) as tag_count,
        described.gap_variation,
        described.steady_gap_share
    from origins
    inner join described
        on
            origins.pull_date = described.pattern_date
            and origins.chain_origin_id = described.chain_origin_id
            and origins.repository = described.repository
    -- Similar rows side by side compress better: a quarter smaller in the published file.
    order by origins.pull_date, described.rule, origins.origin_id
)

select * from final
