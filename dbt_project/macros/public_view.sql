{#-
    A name for use inside a public view. Views name their tables without a schema, since the file that
    people read is called marts and so is the schema: `marts.x` would be ambiguous there.
-#}
{% macro beside(relation) -%}
    {{ relation.identifier }}
{%- endmacro %}

{#- Views are made with the marts schema as default, so that `beside` names resolve. -#}
{% macro use_marts() -%}
    use {{ this.database }}.{{ this.schema }}
{%- endmacro %}

{% macro use_default() -%}
    use {{ target.database }}.{{ target.schema }}
{%- endmacro %}
