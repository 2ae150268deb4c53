{{ config(materialized='view') }}

with counts as (
    select * from {{ beside(ref('active_installs_daily_base')) }}
),

days as (
    select
        *,
        sum(covered_day_count) over (
            order by period_start
            range between interval '{{ var("active_window_days") | int - 1 }} days' preceding and current row
        ) as window_covered_day_count
    from {{ beside(ref('dim_periods')) }}
    where grain = 'day'
),

-- Where any day of the window was heard, no install is none. Where none was, nothing is known.
final as (
    select
        coalesce(counts.install_date, days.period_start) as install_date,
        coalesce(counts.repository, '*') as repository,
        {%- for measure in [
            'active_install_count', 'confirmed_current_count', 'inferred_current_count', 'stale_count',
            'unknown_count', 'unique_endpoint_count', 'install_count_lower_bound', 'install_count_upper_bound',
        ] %}
            coalesce(counts.{{ measure }}, case when days.window_covered_day_count > 0 then 0 end) as {{ measure }},
        {%- endfor %}
        days.covered_day_count,
        days.expected_day_count,
        cast(days.window_covered_day_count as bigint) as window_covered_day_count
    from counts
    full join days on counts.install_date = days.period_start
)

select * from final
