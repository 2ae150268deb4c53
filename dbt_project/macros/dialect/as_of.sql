{#-
    A table: each row of `left` beside the newest row of `right` that is not after it, of the same `keys`. `left` and
    `right` are names of CTEs; `columns`: what is taken of `right`, by the name that it gets. Rows of `left` without any
    such row stay away, or with `keeps_all` have nulls. `right` may have one row at a moment only: of two, either is taken.

    DuckDB has a join for it. An engine without one (Spark) ranks the rows before: a macro `spark__as_of` beside this.
-#}
{% macro as_of(left, right, keys, moment, columns, keeps_all=false) -%}
    {{ adapter.dispatch('as_of')(left, right, keys, moment, columns, keeps_all) }}
{%- endmacro %}

{% macro default__as_of(left, right, keys, moment, columns, keeps_all) -%}
    (
        select
            {{ left }}.*
            {%- for name, column in columns.items() %},
            {{ right }}.{{ column }} as {{ name }}
            {%- endfor %}
        from {{ left }}
        asof {{ 'left' if keeps_all else 'inner' }} join {{ right }}
            on
            {%- for key in keys %}
                {{ left }}.{{ key }} = {{ right }}.{{ key }} and
            {%- endfor %}
                {{ left }}.{{ moment }} >= {{ right }}.{{ moment }}
    )
{%- endmacro %}
