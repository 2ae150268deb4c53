{#-
    First day of the key epoch that is called so: "2026", "2026-Q1" or "2026-03"; `shift`: of the epoch so many after it
    (-1: before it), which is of the same kind.
-#}
{% macro epoch_start(epoch, shift=0) -%}
    cast(
        case
            when {{ epoch }} like '%-Q%'
                then
                    make_date(cast(left({{ epoch }}, 4) as integer), 3 * cast(right({{ epoch }}, 1) as integer) - 2, 1)
                    + interval '3 months' * {{ shift }}
            when {{ epoch }} like '%-%' then cast({{ epoch }} || '-01' as date) + interval '1 month' * {{ shift }}
            else cast({{ epoch }} || '-01-01' as date) + interval '1 year' * {{ shift }}
        end as date
    )
{%- endmacro %}
