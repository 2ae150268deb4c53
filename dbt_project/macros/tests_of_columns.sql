{#-
    The `not_null` and `accepted_values` tests that are declared on the columns of a model: for each a condition of rows
    that are wrong, and a complaint about them.
-#}
{% macro tests_of_columns(model_name) %}
    {%- set found = [] -%}
    {%- set nodes = graph.nodes.values() if execute else [] -%}
    {%- for node in nodes if node.resource_type == 'test' and node.attached_node -%}
        {%- set test = node.test_metadata -%}
        {%- if node.attached_node.split('.')[2] == model_name and test.name in ('not_null', 'accepted_values') -%}
            {%- set column = test.kwargs.column_name -%}
            {%- if test.name == 'not_null' -%}
                {%- set _ = found.append({'wrong': column ~ ' is null', 'complaint': column ~ ' is null'}) -%}
            {%- else -%}
                {%- set values = "'" ~ test.kwargs['values'] | join("', '") ~ "'" -%}
                {%- set _ = found.append({
                    'wrong': column ~ ' not in (' ~ values ~ ')',
                    'complaint': column ~ ' is none of its accepted values',
                }) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
