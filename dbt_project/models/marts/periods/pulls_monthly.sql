{{ config(materialized='view') }}

{{ pulls_view('month', 'pulls_monthly_base') }}
