{% set reads_back = var('pattern_days') | int - 1 %}
-- Numbers the periods, so that the models that follow join one number: each session lies in four periods (day, week,
-- month, year).
with sessions as (
    select distinct pull_date from {{ ref('fct_pulls_base') }}
),

planned_days as (
    {%- for grain in ['day', 'week', 'month', 'year'] %}
        select
            pull_date,
            '{{ grain }}' as grain,
            {{ period_of(grain, 'pull_date') }} as period_start
        from sessions
        where {{ period_of(grain, 'pull_date') }} in {{ planned(grain, reads_back) }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

final as (
    select
        pull_date,
        grain,
        period_start,
        cast(dense_rank() over (order by grain, period_start) as integer) as window_number
    from planned_days
)

select * from final
