{#-
    A hook of every model: the test of its grain, in builds that leave these tests out (pipeline/warehouse/build.py). A
    test is a node of its own, and a node costs dbt 20 ms whatever its query costs; a hook costs its query.
-#}
{% macro check_grain() -%}
    {%- if execute and 'test_name:unique_grain' in (invocation_args_dict.exclude or []) -%}
        {%- for test in graph.nodes.values()
            if test.resource_type == 'test' and test.attached_node == model.unique_id
            and test.test_metadata.name == 'unique_grain' -%}
            {%- set complaints = run_query(test_unique_grain(this, test.test_metadata.kwargs.columns)) -%}
            {%- if complaints | length > 0 -%}
                {{ exceptions.raise_compiler_error(complaints.columns[0].values() | unique | sort | join(', ')) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
