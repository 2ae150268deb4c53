{#-
    Period × repository, and one row a period over all repositories. `reads_back`: how many days fct_pulls looks back
    for the access pattern, on which some measures depend.
-#}
{% macro pulls_by_period(grain, reads_back) %}
with days as (
{%- if grain == 'day' %}
    select pull_date as period_start, repository, {{ measures_of_session() }}
    from {{ ref('fct_pulls') }}
    where pull_date in {{ planned('day', reads_back) }}
{%- else %}
    select *
    from {{ ref('pulls_daily_base') }}
    where {{ period_of(grain, 'period_start') }} in {{ planned(grain, reads_back) }}
{%- endif %}
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
{%- if grain == 'day' %}
    select
        period_start,
        coalesce(repository, '*') as repository,
        {{ summed_measures() }}
    from days
    group by grouping sets ((period_start, repository), (period_start))
{%- else %}
    select
        {{ period_of(grain, 'days.period_start') }} as period_start,
        repository,
        {{ summed_measures() }}
    from days
    group by {{ period_of(grain, 'days.period_start') }}, repository
{%- endif %}
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

{#-
    The same measures for each value of each dimension. Of a day they are sums over its sessions; of a longer period,
    over its days. Uniques are counted over the origins of the whole period (`int_uniques_by_dimension`).
-#}
{% macro pulls_by_period_and_dimension(grain, reads_back) %}
{%- if grain == 'day' %}
with sessions as (
    select
        pull_date as period_start,
        repository,
        {{ values_of_dimensions(pull_dimensions()) }},
        {{ measures_of_session() }}
    from {{ ref('fct_pulls') }}
    where pull_date in {{ planned('day', reads_back) }}
),

by_repository as (
    {%- for name in pull_dimensions() %}
    select
        period_start,
        repository,
        '{{ name }}' as dimension,
        value_of_{{ name }} as value,
        {{ summed_measures() }}
    from sessions
    group by period_start, repository, value_of_{{ name }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

additive as (
    select * from by_repository
    union all
    select
        period_start,
        '*' as repository,
        dimension,
        value,
        {{ summed_measures() }}
    from by_repository
    group by period_start, dimension, value
),
{%- else %}
with additive as (
    select
        {{ period_of(grain, 'days.period_start') }} as period_start,
        repository,
        dimension,
        value,
        {{ summed_measures() }}
    from {{ ref('pulls_daily_by_dimension_base') }} as days
    where {{ period_of(grain, 'days.period_start') }} in {{ planned(grain, reads_back) }}
    group by {{ period_of(grain, 'days.period_start') }}, repository, dimension, value
),
{%- endif %}

uniques as (
    select * from {{ ref('int_uniques_by_dimension') }}
    where grain = '{{ grain }}'
),

final as (
    select
        additive.period_start,
        additive.repository,
        additive.dimension,
        additive.value,
        {{ period_measures('uniques') }}
    from additive
    left join uniques
        on
            additive.period_start = uniques.period_start
            and additive.repository = uniques.repository
            and additive.dimension = uniques.dimension
            and additive.value = uniques.value
    -- Similar rows side by side compress better: half as large in the published file.
    order by additive.period_start, additive.session_count, additive.request_count, additive.bytes_sent
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
