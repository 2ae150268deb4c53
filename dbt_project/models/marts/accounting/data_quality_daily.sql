{{ config(materialized='view') }}

with quality as (
    select * from {{ beside(ref('data_quality_daily_base')) }}
),

-- From the first to the last day with lines; there may be none on a day between them.
days as (
    select * from {{ beside(ref('dim_periods')) }}
    where grain = 'day'
),

final as (
    select
        coalesce(quality.quality_date, days.period_start) as quality_date,
        {%- for measure in [
            'load_count', 'staged_count', 'lake_row_count', 'distinct_count', 'duplicate_count',
            'unknown_client_count', 'unknown_country_count', 'unknown_operator_count', 'unidentified_line_count',
            'unlinkable_count', 'unknown_completion_count', 'unknown_digest_count', 'unknown_manifest_count',
            'failed_lookup_count', 'conflicting_manifest_count', 'childless_index_count',
        ] %}
            coalesce(quality.{{ measure }}, 0) as {{ measure }},
        {%- endfor %}
        days.covered_day_count,
        days.expected_day_count
    from quality
    full join days on quality.quality_date = days.period_start
)

select * from final
