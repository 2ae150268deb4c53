-- What a registry's public total grew by, beside what the gateway counted by the definition of that total.
with totals as (
    select * from {{ ref('stg_registry_totals') }}
),

counts as (
    select * from {{ ref('pull_definitions_daily') }}
),

days as (
    select * from {{ ref('dim_periods') }}
    where grain = 'day'
),

known as (
    select totals.*
    from totals
    semi join counts
        on totals.repository = counts.repository and totals.definition_id = counts.definition_id
),

steps as (
    select
        *,
        lag(observed_on) over of_registry as previous_observed_on,
        total - lag(total) over of_registry as registry_pull_count
    from known
    window of_registry as (partition by registry, repository, definition_id order by observed_on)
),

rates as (
    select
        *,
        registry_pull_count / (observed_on - previous_observed_on) as daily_growth
    from steps
),

usual as (
    select
        rates.observed_on,
        rates.registry,
        rates.repository,
        rates.definition_id,
        median(before.daily_growth) as usual_growth
    from rates
    inner join rates as before
        on
            rates.registry = before.registry
            and rates.repository = before.repository
            and rates.definition_id = before.definition_id
            and rates.observed_on > before.observed_on
            and before.registry_pull_count >= 0
    group by rates.observed_on, rates.registry, rates.repository, rates.definition_id
),

-- From the day of the total before to the day before this one: totals are taken to be read at the same hour.
counted as (
    select
        rates.observed_on,
        rates.registry,
        rates.repository,
        rates.definition_id,
        sum(counts.pull_count) as gateway_pull_count
    from rates
    inner join counts
        on
            rates.repository = counts.repository
            and rates.definition_id = counts.definition_id
            and rates.previous_observed_on <= counts.period_start
            and rates.observed_on > counts.period_start
    group by rates.observed_on, rates.registry, rates.repository, rates.definition_id
),

covered as (
    select
        rates.observed_on,
        rates.registry,
        rates.repository,
        rates.definition_id,
        sum(days.covered_day_count) as covered_day_count
    from rates
    inner join days
        on rates.previous_observed_on <= days.period_start and rates.observed_on > days.period_start
    group by rates.observed_on, rates.registry, rates.repository, rates.definition_id
),

judged as (
    select
        rates.*,
        cast(coalesce(counted.gateway_pull_count, 0) as bigint) as gateway_pull_count,
        cast(coalesce(covered.covered_day_count, 0) as bigint) as covered_day_count,
        cast(rates.observed_on - rates.previous_observed_on as bigint) as expected_day_count,
        case
            when rates.previous_observed_on is null then 'first'
            when rates.registry_pull_count < 0 then 'fell'
            when
                rates.daily_growth > {{ var('totals_jump') }} * usual.usual_growth
                and rates.daily_growth > {{ var('totals_jump') }}
                then 'jumped'
            when coalesce(covered.covered_day_count, 0) < rates.observed_on - rates.previous_observed_on
                then 'not_covered'
            when coalesce(counted.gateway_pull_count, 0) > rates.registry_pull_count then 'more_than_all'
            when rates.registry_pull_count = 0 then 'nothing'
            else 'compared'
        end as assessment
    from rates
    left join usual using (observed_on, registry, repository, definition_id)
    left join counted using (observed_on, registry, repository, definition_id)
    left join covered using (observed_on, registry, repository, definition_id)
),

final as (
    select
        observed_on,
        registry,
        repository,
        definition_id,
        total,
        previous_observed_on,
        registry_pull_count,
        case when previous_observed_on is not null then gateway_pull_count end as gateway_pull_count,
        case when assessment = 'compared' then round(gateway_pull_count / registry_pull_count, 4) end as gateway_share,
        case when previous_observed_on is not null then covered_day_count end as covered_day_count,
        expected_day_count,
        assessment,
        case assessment
            when 'first' then 'no earlier total to compare it with'
            when 'fell'
                then 'the total fell by ' || -registry_pull_count || ': the registry counts anew, or corrected itself'
            when 'jumped'
                then
                    'the total grew by ' || registry_pull_count
                    || ', more than {{ var("totals_jump") }} times what is usual'
            when 'not_covered' then 'logs of ' || covered_day_count || ' of ' || expected_day_count || ' days'
            when 'more_than_all'
                then
                    'the gateway counted more than the registry: another definition, or pulls that it answered '
                    || 'itself'
            when 'nothing' then 'the total did not grow'
        end as doubt
    from judged
)

select * from final
