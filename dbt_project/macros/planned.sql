{#- The periods of one grain (day, week, month, year) that this run rebuilds: the only door to the plan. -#}
{% macro planned(grain) -%}
    (select period_start from {{ source('pullhouse', 'plan') }} where kind = '{{ grain }}')
{%- endmacro %}

{#- Set the list of lake files to read; a pre-hook, since a source cannot hold a subquery. -#}
{% macro set_lake_files() -%}
    set variable lake_files = (
        select list(file order by file) from {{ source('pullhouse', 'plan') }} where kind = 'read'
    )
{%- endmacro %}
