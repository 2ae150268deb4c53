{#- A number of seconds as a person says it: "5 min", "24 h". -#}
{% macro in_words(seconds) -%}
    case
        when {{ seconds }} < 120 then cast({{ seconds }} as varchar) || ' s'
        when {{ seconds }} < 7200 then cast(cast(round({{ seconds }} / 60) as bigint) as varchar) || ' min'
        when {{ seconds }} < 172800 then cast(cast(round({{ seconds }} / 3600) as bigint) as varchar) || ' h'
        else cast(cast(round({{ seconds }} / 86400) as bigint) as varchar) || ' days'
    end
{%- endmacro %}
