{{ config(
    materialized='view',
    meta={'grain': 'day', 'period_column': 'period_start', 'reads_back': var('pattern_days') | int - 1}
) }}

{{ pulls_by_dimension_view('day', 'pulls_daily_by_dimension_base') }}
