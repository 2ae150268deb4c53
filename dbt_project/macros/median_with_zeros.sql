{#-
    The median of `count` numbers, of which `values` (a sorted list, none of them negative) are those that are not zero.
-#}
{% macro median_with_zeros(values, count) -%}
    {{ median_of_list("list_concat(list_transform(range(" ~ count ~ " - len(" ~ values ~ ")), "
        ~ "lambda number: cast(0 as bigint)), " ~ values ~ ")") }}
{%- endmacro %}
