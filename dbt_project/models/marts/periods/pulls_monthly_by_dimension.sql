{{ config(materialized='view') }}

{{ pulls_by_dimension_view('month', 'pulls_monthly_by_dimension_base') }}
