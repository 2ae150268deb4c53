{#-
    Lists. The models call these macros; an engine that spells one otherwise gets a macro of its own beside the default
    (`spark__each_in`), and the models stay as they are.
-#}

{#- One row for each element of a list, in a select: `{{ each_in('layers') }} as digest`. An empty list makes no row. -#}
{% macro each_in(list) -%} {{ adapter.dispatch('each_in')(list) }} {%- endmacro %}
{% macro default__each_in(list) -%} unnest({{ list }}) {%- endmacro %}

{#- One row for each of the values: `{{ each_of('repository', "'*'") }}` counts for a repository and for all. -#}
{% macro each_of() -%} {{ adapter.dispatch('each_of')(varargs) }} {%- endmacro %}
{% macro default__each_of(values) -%} unnest([{{ values | join(', ') }}]) {%- endmacro %}

{#-
    Aggregate: the values of a group as a list; `distinct`: each once; `in_order`: ascending; `only_where`: of some rows.
    Nulls are kept, and no row at all makes null: Spark's collect_list drops nulls and makes an empty list.
-#}
{% macro list_of(value, distinct=false, in_order=false, only_where=none) -%}
    {{ adapter.dispatch('list_of')(value, distinct, in_order, only_where) }}
{%- endmacro %}
{% macro default__list_of(value, distinct, in_order, only_where) -%}
    list({{ 'distinct ' if distinct }}{{ value }}{{ ' order by ' ~ value if in_order }})
    {%- if only_where %} filter (where {{ only_where }}){% endif %}
{%- endmacro %}

{#- Aggregate: how many different values a group's lists hold together; null where every list is null. -#}
{% macro distinct_count_in_lists(lists) -%} {{ adapter.dispatch('distinct_count_in_lists')(lists) }} {%- endmacro %}
{% macro default__distinct_count_in_lists(lists) -%} len(list_distinct(flatten(list({{ lists }})))) {%- endmacro %}

{#- Whether a list holds a value. -#}
{% macro is_in_list(list, value) -%} {{ adapter.dispatch('is_in_list')(list, value) }} {%- endmacro %}
{% macro default__is_in_list(list, value) -%} list_contains({{ list }}, {{ value }}) {%- endmacro %}
