{#- Population standard deviation of gaps over their mean, from sums of a group: sqrt(n Σx² - (Σx)²) / Σx. -#}
{% macro gap_variation() -%}
    round(
        sqrt(
            cast(sum(gap_count) * sum(gap_ms_square_sum) - sum(gap_ms_sum) * sum(gap_ms_sum) as double)
        ) / nullif(sum(gap_ms_sum), 0),
        3
    )
{%- endmacro %}
