-- The days whose lookups decide the pattern of each planned day.
with planned_days as (
    select period_start as pattern_date
    from {{ planned('day', var('pattern_days') | int - 1) }} as planned_days
),

shifts as (
    select cast({{ each_in('range(' ~ var('pattern_days') ~ ')') }} as integer) as shift
),

final as (
    select
        planned_days.pattern_date,
        cast(planned_days.pattern_date - to_days(shifts.shift) as date) as pull_date
    from planned_days
    cross join shifts
)

select * from final
