{% set reads_back = var('known_reference_days') | int - 1 %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'demand_date', 'reads_back': reads_back}
) }}

with demands as (
    select * from {{ ref('unmet_demand_daily_base') }}
    where demand_date in {{ planned('day', reads_back) }}
),

pulls as (
    select * from {{ ref('fct_pulls_base') }}
    where pull_date >= (select min(demands.demand_date) - {{ reads_back }} from demands)
),

answered as (
    select distinct pull_date, repository, tag
    from pulls
    -- A redirected request has no digest unless a manifest followed it: it proves nothing.
    where outcome <> 'failed' and digest is not null
),

missed as (
    select distinct demand_date, repository
    from demands
    where failure = 'not_found'
),

known as (
    select distinct
        missed.demand_date,
        missed.repository,
        answered.tag
    from missed
    inner join answered
        on
            missed.repository = answered.repository
            and answered.pull_date between missed.demand_date - {{ reads_back }} and missed.demand_date
),

known_repositories as (
    select demand_date, repository, count(tag) as tag_count, {{ list_of('tag') }} as tags
    from known
    group by demand_date, repository
),

nearest as (
    select
        demands.demand_date,
        demands.repository,
        demands.reference,
        min_by(known.tag, (levenshtein(demands.reference, known.tag), known.tag)) as nearest_tag,
        min(levenshtein(demands.reference, known.tag)) as nearest_tag_distance
    from demands
    inner join known
        on
            demands.demand_date = known.demand_date
            and demands.repository = known.repository
            and demands.reference <> known.tag
            -- A typing error changes a few letters: what shares fewer with it is another tag.
            and levenshtein(demands.reference, known.tag)
            <= greatest(1, length(demands.reference) // {{ var('letters_per_typing_error') }})
            and levenshtein(demands.reference, known.tag) < length(demands.reference)
    where demands.failure = 'not_found' and not starts_with(demands.reference, 'sha256:')
    group by demands.demand_date, demands.repository, demands.reference
),

named as (
    select
        demands.*,
        nearest.nearest_tag,
        nearest.nearest_tag_distance,
        known_repositories.tag_count
        - case when {{ is_in_list('known_repositories.tags', 'demands.reference') }} then 1 else 0 end
            as other_tag_count,
        case
            when demands.failure <> 'not_found' then demands.failure
            when known_repositories.repository is null then 'repository_not_found'
            when starts_with(demands.reference, 'sha256:') then 'digest_not_found'
            else 'tag_not_found'
        end as reason
    from demands
    left join known_repositories using (demand_date, repository)
    left join nearest
        on
            demands.failure = 'not_found'
            and demands.demand_date = nearest.demand_date
            and demands.repository = nearest.repository
            and demands.reference = nearest.reference
),

final as (
    select
        demand_date,
        repository,
        reason,
        reference,
        session_count,
        reliable_session_count,
        request_count,
        unique_origin_count,
        reliable_session_count = session_count as is_reliable,
        doubt,
        nearest_tag,
        nearest_tag_distance,
        case
            when nearest_tag is not null then null
            when reason = 'tag_not_found' and other_tag_count = 0
                then 'no other tag of this repository was answered lately'
            when reason = 'tag_not_found' then 'no tag of this repository is written alike'
            when reason = 'repository_not_found' then 'nothing of this repository was answered lately'
            when reason = 'digest_not_found' then 'asked for by digest'
            else 'the tag was not refused as unknown'
        end as no_nearest_tag_reason
    from named
)

select * from final
