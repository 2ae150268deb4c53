{% set reads_back = var('pattern_days') | int - 1 %}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'period_start', 'reads_back': reads_back}
) }}

{{ pulls_by_period('day', reads_back) }}
