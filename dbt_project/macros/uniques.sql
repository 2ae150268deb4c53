{#-
    Uniques of any window: the one way in which distinct origins and endpoints are counted, used by the period
    marts, by the marts of installs and, as a macro inside pullhouse.duckdb, by analysts (docs/uniques.md).

    A key epoch gives the same address another pseudonym. Requests of an epoch's first 35 days carry both, so an
    origin that came in them counts under the earlier one, on whichever of its days it is met; and so on from
    border to border.
-#}

{#- Derived table: level (origin or endpoint), id, unique_key; one row per pseudonym that an earlier one is known of. -#}
{% macro unique_keys(days, levels=['origin', 'endpoint']) -%}
(
    with recursive borders as (
        {%- for level in levels %}
        select distinct '{{ level }}' as level, {{ level }}_id as id, previous_{{ level }}_id as previous_id
        from {{ days }}
        where previous_{{ level }}_id is not null
        {%- if not loop.last %}
        union all
        {%- endif %}
        {%- endfor %}
    ),

    chains as (
        select level, id, previous_id as unique_key, 1 as border_count
        from borders
        union all
        select chains.level, chains.id, borders.previous_id as unique_key, chains.border_count + 1 as border_count
        from chains
        inner join borders on chains.level = borders.level and chains.unique_key = borders.id
    )

    select level, id, max_by(unique_key, border_count) as unique_key
    from chains
    group by level, id
)
{%- endmacro %}

{#- What `rows` (an alias with origin_id and endpoint_id) are joined with, so that `unique_key` can be read. -#}
{% macro join_unique_keys(rows, keys) -%}
    left join {{ keys }} as origin_keys on origin_keys.level = 'origin' and {{ rows }}.origin_id = origin_keys.id
    left join {{ keys }} as endpoint_keys
        on endpoint_keys.level = 'endpoint' and {{ rows }}.endpoint_id = endpoint_keys.id
{%- endmacro %}

{% macro unique_key(level, rows) -%}
    coalesce({{ level }}_keys.unique_key, {{ rows }}.{{ level }}_id)
{%- endmacro %}

{#-
    Distinct origins and endpoints, by repository and over all ('*').
    days: origin_days. keys: `unique_keys` of all origin_days. where: which days, over the alias `days`.
    period: an expression that names the window, where there are several.
-#}
{% macro unique_origins(days, keys, where, period=none) -%}
select
    {% if period %}{{ period }} as period_start,
    {% endif -%}
    coalesce(days.repository, '*') as repository,
    count(distinct {{ unique_key('origin', 'days') }}) as unique_origin_count,
    count(distinct {{ unique_key('endpoint', 'days') }}) as unique_endpoint_count
from {{ days }} as days
{{ join_unique_keys('days', keys) }}
where {{ where }}
group by grouping sets (({% if period %}{{ period }}, {% endif %}days.repository), ({{ period or '' }}))
{%- endmacro %}

{#-
    The same for analysts, as table macros in the published file: `from uniques_between('2026-10-01', '2026-11-01')`
    (the day after the last one), and `from uniques_on(<list of days>)` for days that do not follow each other.
-#}
{% macro publish_unique_macros() -%}
    {%- set days = in_published_file(this) -%}
    create or replace macro {{ this.schema }}.uniques_between(first_day, day_after, database := null) as table (
        {{ unique_origins(days, unique_keys(days), 'days.pull_date >= cast(first_day as date) and days.pull_date < cast(day_after as date)') }}
    );
    create or replace macro {{ this.schema }}.uniques_on(days_wanted, database := null) as table (
        {{ unique_origins(days, unique_keys(days), is_in_list('cast(days_wanted as date [])', 'days.pull_date')) }}
    )
{%- endmacro %}

{#-
    A table for use inside a table macro. Unlike a view, a macro looks names up where its caller stands, so the database
    is said: the argument `database`; without it, the one in use; where that is the empty one of a new session,
    `pullhouse`, as the published file is called when it is attached under its own name.
-#}
{% macro in_published_file(relation) -%}
    query_table(
        '"' || replace(
            coalesce(database, case current_database() when 'memory' then 'pullhouse' else current_database() end),
            '"', '""'
        ) || '".{{ relation.schema }}.{{ relation.identifier }}'
    )
{%- endmacro %}
