{#-
    A hook of every model: the test of its grain, in builds that leave these tests out (pipeline/warehouse/build.py). A
    test is a node of its own, and a node costs dbt 20 ms whatever its query costs; a hook costs its query.
-#}
{% macro check_grain() -%}
    {%- if execute and 'test_name:unique_grain' in (invocation_args_dict.exclude or []) -%}
        {%- for test in graph.nodes.values()
            if test.resource_type == 'test' and test.attached_node == model.unique_id
            and test.test_metadata.name == 'unique_grain' -%}
            {%- set columns = test.test_metadata.kwargs.columns -%}
            {%- set complaints = run_query(test_unique_grain(this, columns, rows=rows_of_this_build(columns))) -%}
            {%- if complaints | length > 0 -%}
                {{ exceptions.raise_compiler_error(complaints.columns[0].values() | unique | sort | join(', ')) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#-
    The rows of this model that a build made anew: those of the planned periods. The others were looked at by the build
    that made them; to look at a year of them costs more each day. All rows where the model has no period column, or its
    grain does without: a `pull_id` may stand on two days.
-#}
{% macro rows_of_this_build(columns) -%}
    {%- set meta = config.get('meta') or {} -%}
    {%- if meta.period_column in columns -%}
    (
        select * from {{ this }}
        where {{ meta.period_column }} in {{ planned(meta.grain, meta.get('reads_back', 0)) }}
    ) as built
    {%- else -%}
    {{ this }}
    {%- endif -%}
{%- endmacro %}
