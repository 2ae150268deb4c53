{#- Whether a look, or a request in vain, of a client of this category shows that somebody wants the image. -#}
{% macro is_wanted(client_category) -%}
    coalesce({{ client_category }}, '') not in ('scanner', 'bot', 'browser')
{%- endmacro %}
