{#-
    What counts as an install: one definition for active installs, adoption, upgrade lag and tag_usage. By its client:
    one that is able to pull and keeps what it took.
-#}
{% macro keeps_images(can_pull, client_category) -%}
    coalesce({{ can_pull }}, false)
    and coalesce({{ client_category }}, '') not in ('mirror', 'scanner', 'ci', 'ci_test')
{%- endmacro %}

{#- And by its behaviour: what is sent on, looked through or thrown away after an hour is no install. -#}
{% macro behaves_as_no_install(environment, access_pattern) -%}
    ({{ environment }} in ('ci', 'own') or {{ access_pattern }} in ('mirror', 'scanner'))
{%- endmacro %}

{#-
    Without updaters beside an engine: an updater (Watchtower) stands for the engine that takes what is new, and where
    that one is seen at its address they are one install.
    rows: relation with endpoint_key, is_updater and the columns of `by`.
-#}
{% macro without_seconds(rows, by) -%}
(
    with engines as (
        select distinct {{ by | join(', ') }}, endpoint_key
        from {{ rows }}
        where is_updater is not true
    )

    select sightings.*
    from {{ rows }} as sightings
    left join engines
        on
            sightings.is_updater
            {%- for column in by %}
            and sightings.{{ column }} = engines.{{ column }}
            {%- endfor %}
            and sightings.endpoint_key = engines.endpoint_key
    where engines.endpoint_key is null
)
{%- endmacro %}
