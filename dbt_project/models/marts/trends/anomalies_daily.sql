{% set reads_back = 7 * var('anomaly_weeks') | int + 1 %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'pull_date', 'reads_back': reads_back}
) }}

with assessed as (
    select * from {{ ref('int_assessed_days') }}
),

contributions as (
    select * from {{ ref('int_anomaly_contributions') }}
),

tags as (
    select * from {{ ref('tag_history') }}
),

first_days as (
    select repository, cast(min(valid_from) as date) as first_on
    from tags
    group by repository
),

-- A tag got a new meaning, or is new: not on the first day of its repository, on which all are.
releases as (
    select distinct {{ each_of('tags.repository', "'*'") }} as repository, cast(tags.valid_from as date) as released_on
    from tags
    inner join first_days using (repository)
    where cast(tags.valid_from as date) > first_days.first_on
),

released as (
    select distinct assessed.pull_date, assessed.repository
    from assessed
    inner join releases
        on
            assessed.repository = releases.repository
            and releases.released_on between assessed.pull_date - 1 and assessed.pull_date
    where assessed.assessment = 'anomaly'
),

-- Values with more of the change than their usual share: a client that everybody uses rises and falls with the total.
explaining as (
    select
        *,
        share >= {{ var('anomaly_share') }}
        and (share >= usual_share + 0.25 or (dimension = 'origin' and share >= 0.8)) as is_explaining
    from contributions
),

origins as (
    select
        pull_date,
        repository,
        measure,
        count(*) filter (where dimension = 'origin' and measured = 0) as gone_count,
        count(*) filter (where dimension = 'origin' and usual > 0) as usual_origin_count,
        bool_or(is_explaining and dimension = 'origin') as is_of_origin,
        bool_or(is_explaining and dimension = 'client_version') as is_of_version
    from explaining
    group by pull_date, repository, measure
),

ranked as (
    select
        *,
        row_number() over (
            partition by pull_date, repository, measure
            order by is_explaining desc, abs(share - usual_share) desc, dimension, value asc
        ) as rank
    from explaining
    -- A pseudonym tells a reader nothing; that it was one origin is the cause.
    where dimension <> 'origin' and value <> 'unknown' and share > 0
),

contributors as (
    select
        pull_date,
        repository,
        measure,
        string_agg(
            dimension || ' ' || value || ': ' || case when change > 0 then '+' else '' end
            || cast(cast(round(change) as bigint) as varchar)
            || ' (' || cast(cast(round(100 * share) as bigint) as varchar) || ' %)',
            '; ' order by rank
        ) as contributors,
        max(dimension) filter (where rank = 1) as top_dimension,
        max(value) filter (where rank = 1) as top_value,
        max(share) filter (where rank = 1) as top_share
    from ranked
    where rank <= 5
    group by pull_date, repository, measure
),

final as (
    select
        assessed.pull_date,
        assessed.repository,
        assessed.measure,
        cast(assessed.measured as bigint) as measured,
        assessed.usual,
        assessed.deviation,
        assessed.z_score,
        cast(assessed.week_count as bigint) as week_count,
        assessed.assessment,
        case
            when assessed.assessment <> 'anomaly' then null
            when assessed.measured > assessed.usual then 'high'
            else 'low'
        end as direction,
        case
            when assessed.assessment <> 'anomaly' then null
            -- Many go at once, or nobody was heard.
            when not assessed.is_heard then 'outage'
            when
                assessed.measured < assessed.usual
                and origins.usual_origin_count >= 3
                and 2 * origins.gone_count > origins.usual_origin_count
                then 'outage'
            when origins.is_of_origin then 'one_origin'
            when assessed.measured > assessed.usual and released.repository is not null then 'release'
            when origins.is_of_version then 'client_version'
            else 'unknown'
        end as cause,
        case
            when assessed.assessment = 'anomaly'
                then coalesce(
                    before.assessment = 'anomaly'
                    and (before.measured > before.usual) = (assessed.measured > assessed.usual),
                    false
                )
        end as is_continued,
        contributors.contributors,
        contributors.top_dimension,
        contributors.top_value,
        round(contributors.top_share, 3) as top_share
    from assessed
    left join origins using (pull_date, repository, measure)
    left join contributors using (pull_date, repository, measure)
    left join released
        on assessed.pull_date = released.pull_date and assessed.repository = released.repository
    left join assessed as before
        on
            assessed.repository = before.repository
            and assessed.measure = before.measure
            and assessed.pull_date = before.pull_date + 1
    where assessed.pull_date in {{ planned('day', reads_back) }}
)

select * from final
