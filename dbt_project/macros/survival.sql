{#-
    Kaplan and Meier's product limit (J. Am. Stat. Assoc. 53, 1958): of those who had not yet moved when the day
    began, which part moved on it. Who was lost from sight counts until then; a mean of those who moved would
    forget everybody who did not.

    observations: relation with `by`, lag_days and is_upgraded (false: lost from sight on that day). One row out
    per `by` and day: at_risk_count, upgraded_count, censored_count, survival.
-#}
{% macro kaplan_meier(observations, by) -%}
(
    with days as (
        select
            {{ by }},
            lag_days,
            count(*) filter (where is_upgraded) as upgraded_count,
            count(*) filter (where not is_upgraded) as censored_count
        from {{ observations }}
        group by {{ by }}, lag_days
    ),

    at_risk as (
        select
            *,
            -- Those lost on a day were there when it began.
            sum(upgraded_count + censored_count) over (
                partition by {{ by }} order by lag_days rows between current row and unbounded following
            ) as at_risk_count
        from days
    )

    select
        {{ by }},
        lag_days,
        at_risk_count,
        upgraded_count,
        censored_count,
        {{ product_of('1 - upgraded_count / at_risk_count') }} over (
            partition by {{ by }} order by lag_days rows between unbounded preceding and current row
        ) as survival
    from at_risk
)
{%- endmacro %}
