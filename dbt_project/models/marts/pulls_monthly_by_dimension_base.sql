{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'month', 'period_column': 'period_start'}
) }}

{{ pulls_by_period_and_dimension('month') }}
