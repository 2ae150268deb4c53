-- Of a day that is an anomaly: how far each origin, and each value of each dimension, is from its own usual count.
{%- set reads_back = 7 * var('anomaly_weeks') | int %}

with assessed as (
    select * from {{ ref('int_assessed_days') }}
),

anomalies as (
    select * from assessed
    where assessment = 'anomaly'
),

dimensions as (
    select * from {{ ref('pulls_daily_by_dimension_base') }}
    -- What looks back itself would make other days dirty (law 3).
    where dimension not in ('environment', 'access_pattern')
),

origin_days as (
    select
        days.pull_date,
        {{ each_of('days.repository', "'*'") }} as repository,
        {{ unique_key('origin', 'days') }} as origin_key,
        days.download_count,
        days.version_check_count
    from {{ ref('origin_days') }} as days
    {{ join_unique_keys('days', ref('int_unique_keys')) }}
    where days.pull_date >= (select min(pull_date) - {{ reads_back }} from anomalies)
),

parts as (
    select period_start as pull_date, repository, dimension, value, download_count, version_check_count
    from dimensions
    where period_start >= (select min(pull_date) - {{ reads_back }} from anomalies)
    union all
    select
        pull_date, repository, 'origin' as dimension, cast(origin_key as varchar) as value,
        sum(download_count) as download_count, sum(version_check_count) as version_check_count
    from origin_days
    group by pull_date, repository, origin_key
),

-- The day itself, and the days of its history: a value that a day lacks counts 0 there.
compared as (
    select
        anomalies.pull_date,
        anomalies.repository,
        anomalies.measure,
        anomalies.week_count,
        anomalies.measured - anomalies.usual as total_change,
        anomalies.usual as total_usual,
        parts.dimension,
        parts.value,
        parts.pull_date = anomalies.pull_date as is_day,
        case anomalies.measure when 'download_count' then parts.download_count else parts.version_check_count end
            as measured
    from anomalies
    inner join parts
        on
            anomalies.repository = parts.repository
            and parts.pull_date between anomalies.pull_date - {{ reads_back }} and anomalies.pull_date
            and (anomalies.pull_date - parts.pull_date) % 7 = 0
),

summed as (
    select
        pull_date,
        repository,
        measure,
        dimension,
        value,
        week_count,
        total_change,
        total_usual,
        coalesce(max(measured) filter (where is_day), 0) as measured,
        -- The median of all weeks, of which those without this value count 0.
        {{ median_with_zeros(
            "coalesce(" ~ list_of('measured', in_order=true, only_where='not is_day') ~ ", [])", 'week_count'
        ) }} as usual
    from compared
    group by pull_date, repository, measure, dimension, value, week_count, total_change, total_usual
),

final as (
    select
        pull_date,
        repository,
        measure,
        dimension,
        value,
        measured,
        usual,
        measured - usual as change,
        (measured - usual) / total_change as share,
        case when total_usual > 0 then usual / total_usual else 0 end as usual_share
    from summed
)

select * from final
