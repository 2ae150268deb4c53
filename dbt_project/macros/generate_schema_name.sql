{#-
    A schema is named as configured: `marts` is public. A model `…_base` is what a public mart is made from, and nobody's to
    read: it lies in schema `base`.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if node.name.endswith('_base') -%}
        base
    {%- else -%}
        {{ custom_schema_name or target.schema }}
    {%- endif -%}
{%- endmacro %}
