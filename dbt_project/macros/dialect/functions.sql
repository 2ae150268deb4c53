{#-
    Functions of DuckDB that no other engine knows by that name. The models call these macros; an engine that spells
    one otherwise gets a macro of its own beside the default (`spark__iso_year`), and the models stay as they are.
-#}

{#- The year to which the ISO week of a date belongs: 2026 for 2025-12-29. -#}
{% macro iso_year(date_day) -%} {{ adapter.dispatch('iso_year')(date_day) }} {%- endmacro %}
{% macro default__iso_year(date_day) -%} isoyear({{ date_day }}) {%- endmacro %}

{#- A moment as microseconds since 1970, an integer. -#}
{% macro unix_microseconds(moment) -%} {{ adapter.dispatch('unix_microseconds')(moment) }} {%- endmacro %}
{% macro default__unix_microseconds(moment) -%} epoch_us({{ moment }}) {%- endmacro %}

{#- A moment so many seconds later, to the microsecond. -#}
{% macro seconds_later(moment, seconds) -%}
    {{ adapter.dispatch('seconds_later')(moment, seconds) }}
{%- endmacro %}
{% macro default__seconds_later(moment, seconds) -%}
    {{ moment }} + to_microseconds(cast(round({{ seconds }} * 1000000) as bigint))
{%- endmacro %}

{#- Aggregate: the product of numbers. -#}
{% macro product_of(number) -%} {{ adapter.dispatch('product_of')(number) }} {%- endmacro %}
{% macro default__product_of(number) -%} product({{ number }}) {%- endmacro %}

{#- The median of a list of numbers; of an even count, the mean of the two in the middle. -#}
{% macro median_of_list(numbers) -%} {{ adapter.dispatch('median_of_list')(numbers) }} {%- endmacro %}
{% macro default__median_of_list(numbers) -%} list_median({{ numbers }}) {%- endmacro %}

{#- A list cut or filled up to `length`, with `filling` for what is missing. -#}
{% macro resized_list(list, length, filling) -%}
    {{ adapter.dispatch('resized_list')(list, length, filling) }}
{%- endmacro %}
{% macro default__resized_list(list, length, filling) -%}
    list_resize({{ list }}, {{ length }}, {{ filling }})
{%- endmacro %}
