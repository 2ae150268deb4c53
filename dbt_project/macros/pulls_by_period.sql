{#-
    Period × repository, and one row a period over all repositories. `reads_back`: how many days fct_pulls looks back
    for the access pattern, on which some measures depend.
-#}
{% macro pulls_by_period(grain, reads_back) %}
with pulls as (
    select {{ period_of(grain, 'pull_date') }} as period_start, *
    from {{ ref('fct_pulls') }}
    where {{ period_of(grain, 'pull_date') }} in {{ planned(grain, reads_back) }}
),

uniques as (
    {{ unique_origins(
        ref('origin_days'),
        ref('int_unique_keys'),
        where=period_of(grain, 'days.pull_date') ~ ' in ' ~ planned(grain, reads_back),
        period=period_of(grain, 'days.pull_date')
    ) }}
),

additive as (
    select
        period_start,
        coalesce(repository, '*') as repository,
        {{ additive_measures() }}
    from pulls
    group by grouping sets ((period_start, repository), (period_start))
),

final as (
    select
        additive.period_start,
        additive.repository,
        {{ period_measures('uniques') }}
    from additive
    left join uniques
        on additive.period_start = uniques.period_start and additive.repository = uniques.repository
)

select * from final
{% endmacro %}

{#- The same measures for each value of each dimension. -#}
{% macro pulls_by_period_and_dimension(grain, reads_back) %}
with pulls as (
    select
        {{ period_of(grain, 'sessions.pull_date') }} as period_start,
        sessions.*,
        {{ unique_key('origin', 'sessions') }} as origin_key,
        {{ unique_key('endpoint', 'sessions') }} as endpoint_key,
        sessions.outcome in ('download', 'version_check') and not sessions.is_origin_unlinkable as is_in_uniques
    from {{ ref('fct_pulls') }} as sessions
    {{ join_unique_keys('sessions', ref('int_unique_keys')) }}
    where {{ period_of(grain, 'sessions.pull_date') }} in {{ planned(grain, reads_back) }}
),

measured as (
    {%- for name, expression in pull_dimensions().items() %}
    select
        period_start,
        coalesce(repository, '*') as repository,
        '{{ name }}' as dimension,
        coalesce({{ expression }}, 'unknown') as value,
        {{ additive_measures() }},
        count(distinct case when is_in_uniques then origin_key end) as unique_origin_count,
        count(distinct case when is_in_uniques then endpoint_key end) as unique_endpoint_count
    from pulls
    group by grouping sets (
        (period_start, repository, coalesce({{ expression }}, 'unknown')),
        (period_start, coalesce({{ expression }}, 'unknown'))
    )
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    select
        period_start,
        repository,
        dimension,
        value,
        {{ period_measures('measured') }}
    from measured
)

select * from final
{% endmacro %}

{#- How a public view says whether a period can still change, and how much of it was seen. -#}
{% macro completeness_of_period() -%}
    periods.is_final, periods.covered_day_count, periods.expected_day_count
{%- endmacro %}

{#- A public view: the base table, and a row of zeros for a period without lines (`*`). -#}
{% macro pulls_view(grain, base) %}
select
    coalesce(counts.period_start, periods.period_start) as period_start,
    coalesce(counts.repository, '*') as repository,
    {%- for measure in period_measure_names() %}
    coalesce(counts.{{ measure }}, 0) as {{ measure }},
    {%- endfor %}
    coalesce(counts.is_lower_bound, false) as is_lower_bound,
    {{ completeness_of_period() }}
from {{ beside(ref(base)) }} as counts
full join (select * from {{ beside(ref('dim_periods')) }} where grain = '{{ grain }}') as periods
    on counts.period_start = periods.period_start
{% endmacro %}

{#- The same by dimension: there, a period without lines has no value and no row. -#}
{% macro pulls_by_dimension_view(grain, base) %}
select counts.*, {{ completeness_of_period() }}
from {{ beside(ref(base)) }} as counts
left join {{ beside(ref('dim_periods')) }} as periods
    on periods.grain = '{{ grain }}' and counts.period_start = periods.period_start
{% endmacro %}
