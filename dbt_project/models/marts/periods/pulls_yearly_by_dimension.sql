{{ config(
    materialized='view',
    meta={'grain': 'year', 'period_column': 'period_start', 'reads_back': var('pattern_days') | int - 1}
) }}

{{ pulls_by_dimension_view('year', 'pulls_yearly_by_dimension_base') }}
