{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'week', 'period_column': 'period_start'}
) }}

{{ client_inflation('week') }}
