{#-
    Which rows of one origin in one repository on one day are one act: each begins within `act_seconds` of the end of
    what came before it. Who takes two tags one after the other does one thing, and has moved nowhere.
    rows: relation with repository, origin_key, pull_date, first_seen_at and last_seen_at; tie: columns that make the
    order complete. The derived table has the rows and is_act_start.
-#}
{% macro act_starts(rows, tie) -%}
(
    select
        *,
        coalesce(
            first_seen_at > max(last_seen_at) over earlier + interval '1' second * {{ var('act_seconds') }}, true
        ) as is_act_start
    from {{ rows }}
    window earlier as (
        partition by repository, origin_key, pull_date
        order by first_seen_at, last_seen_at, {{ tie }}
        rows between unbounded preceding and 1 preceding
    )
)
{%- endmacro %}
