{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'period_start'}
) }}

with repository_days as (
    select distinct
        cast(started_at as date) as pull_date,
        repository
    from {{ ref('int_sessions') }}
    where cast(started_at as date) in {{ planned('day') }}
),

definitions as (
    {% for id, version in pull_definitions().items() %}
        select
            '{{ id }}' as definition_id,
            {{ version }} as definition_version
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

counts as (
    select * from {{ ref('int_definition_counts') }}
),

-- A definition that counts nothing on a day says 0, so that definitions can be compared.
counted as (
    select
        repository_days.pull_date,
        repository_days.repository,
        definitions.definition_id,
        definitions.definition_version,
        coalesce(counts.pull_count, 0) as pull_count
    from repository_days
    cross join definitions
    left join counts
        on
            repository_days.pull_date = counts.pull_date
            and repository_days.repository = counts.repository
            and definitions.definition_id = counts.definition_id
),

overall as (
    select
        pull_date,
        '*' as repository,
        definition_id,
        definition_version,
        sum(pull_count) as pull_count
    from counted
    group by pull_date, definition_id, definition_version
),

united as (
    select * from counted
    union all
    select * from overall
),

final as (
    select
        pull_date as period_start,
        repository,
        definition_id,
        definition_version,
        cast(pull_count as bigint) as pull_count
    from united
)

select * from final
