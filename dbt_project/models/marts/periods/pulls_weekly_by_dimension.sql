{{ config(
    materialized='view',
    meta={'grain': 'week', 'period_column': 'period_start', 'reads_back': var('pattern_days') | int - 1}
) }}

{{ pulls_by_dimension_view('week', 'pulls_weekly_by_dimension_base') }}
