{#-
    The periods of one grain (day, week, month, year) that this run rebuilds: the only door to the plan.
    A model that looks back `reads_back` days, or reads one that does, is rebuilt for as many days after each of them
    (law 3), up to the last day that was loaded, or for the periods that hold those days; it says the same number in
    `meta.reads_back`.
-#}
{% macro planned(grain, reads_back=0) -%}
    {%- if reads_back == 0 -%}
    (select period_start from {{ source('pullhouse', 'plan') }} where kind = '{{ grain }}')
    {%- else -%}
    (
        select distinct {{ period_of(grain, 'days.period_start + to_days(shifts.shift)') }} as period_start
        from {{ source('pullhouse', 'plan') }} as days
        cross join (select cast({{ each_in('range(' ~ (reads_back + 1) ~ ')') }} as integer) as shift) as shifts
        cross join {{ source('pullhouse', 'plan') }} as last_days
        where
            days.kind = 'day' and last_days.kind = 'last_day'
            and (shifts.shift = 0 or days.period_start + to_days(shifts.shift) <= last_days.period_start)
    )
    {%- endif -%}
{%- endmacro %}

{#- Set the list of lake files to read; a pre-hook, since a source cannot hold a subquery. -#}
{% macro set_lake_files() -%}
    set variable lake_files = (
        select {{ list_of('file', in_order=true) }} from {{ source('pullhouse', 'plan') }} where kind = 'read'
    )
{%- endmacro %}
