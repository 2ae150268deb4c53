{#-
    Columns of a table that are not all named. DuckDB says `* exclude` and `* replace`; an engine with other words for
    them (Spark: `* except`) or none gets a macro of its own beside the default.
-#}

{#- All columns of a select, or of the table `of`, but those of the comma-separated list `columns`. -#}
{% macro all_columns_but(columns, of=none) -%}
    {{ adapter.dispatch('all_columns_but')(columns, of) }}
{%- endmacro %}
{% macro default__all_columns_but(columns, of) -%}
    {{ of ~ '.' if of }}* exclude ({{ columns }})
{%- endmacro %}

{#- All columns of a select, or of the table `of`, at their places; `column` has the value of `expression`. -#}
{% macro all_columns_with(column, expression, of=none) -%}
    {{ adapter.dispatch('all_columns_with')(column, expression, of) }}
{%- endmacro %}
{% macro default__all_columns_with(column, expression, of) -%}
    {{ of ~ '.' if of }}* replace ({{ expression }} as {{ column }})
{%- endmacro %}
