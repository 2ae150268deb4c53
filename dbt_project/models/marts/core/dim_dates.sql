with load_days as (
    select * from {{ ref('stg_load_days') }}
),

bounds as (
    select
        date_trunc('year', min(requested_on)) as first_day,
        date_trunc('year', max(requested_on)) + interval '1 year' - interval '1 day' as last_day
    from load_days
),

days as (
    select cast({{ each_in("generate_series(first_day, last_day, interval '1 day')") }} as date) as date_day
    from bounds
),

final as (
    select
        date_day,
        cast({{ iso_year('date_day') }} as integer) as iso_year,
        cast(week(date_day) as integer) as iso_week,
        cast(date_trunc('week', date_day) as date) as week_start,
        cast(date_trunc('month', date_day) as date) as month_start,
        cast(date_trunc('quarter', date_day) as date) as quarter_start,
        cast(date_trunc('year', date_day) as date) as year_start,
        cast(isodow(date_day) as integer) as weekday_number,
        dayname(date_day) as weekday_name,
        cast(isodow(date_day) as integer) >= 6 as is_weekend
    from days
)

select * from final
