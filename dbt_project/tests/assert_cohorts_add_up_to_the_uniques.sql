-- Who came is new, returning or revived, and as many as the weekly uniques say; nobody is both here and gone.
with cohorts as (
    select * from {{ ref('origin_cohorts_weekly') }}
),

weeks as (
    select * from {{ ref('pulls_weekly_base') }}
)

select cohorts.week_start, cohorts.repository
from cohorts
left join weeks
    on cohorts.week_start = weeks.period_start and cohorts.repository = weeks.repository
where
    cohorts.new_origin_count + cohorts.returning_origin_count + cohorts.revived_origin_count
    <> cohorts.unique_origin_count
    or cohorts.unique_origin_count <> coalesce(weeks.unique_origin_count, 0)
    or cohorts.newly_lapsed_origin_count > cohorts.lapsed_origin_count
