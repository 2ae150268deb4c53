{#- "1 layer", "3 layers": a number and what it counts, for a sentence. -#}
{% macro counted(number, thing) -%}
    ({{ number }} || case when {{ number }} = 1 then ' {{ thing }}' else ' {{ thing }}s' end)
{%- endmacro %}
