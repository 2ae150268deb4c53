{#-
    A name for use inside a public view: without the database, which is called otherwise in the file that people read.
    DuckDB looks such names up in the database of the view, whatever it is called and whatever is in `use`.
-#}
{% macro beside(relation) -%}
    {{ relation.include(database=false) }}
{%- endmacro %}
