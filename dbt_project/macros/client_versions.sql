{#- "20.10" of "20.10.24+dfsg1" or "v20.10.24"; null where there is no number. -#}
{% macro short_version(column) -%}
    nullif(regexp_extract({{ column }}, '^v?([0-9]{1,6}(\.[0-9]{1,6})?)', 1), '')
{%- endmacro %}

{#- A version's first two numbers as one, so that 19.3 < 20.10 < 20.11; null where there is no number. -#}
{% macro version_rank(column) -%}
    try_cast(regexp_extract({{ column }}, '^v?([0-9]{1,6})', 1) as bigint) * 1000000
    + coalesce(try_cast(regexp_extract({{ column }}, '^v?[0-9]{1,6}\.([0-9]{1,6})', 1) as bigint), 0)
{%- endmacro %}
