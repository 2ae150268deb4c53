{{ config(
    materialized='view',
    meta={'grain': 'month', 'period_column': 'period_start', 'reads_back': var('pattern_days') | int - 1}
) }}

{{ pulls_by_dimension_view('month', 'pulls_monthly_by_dimension_base') }}
