{{ config(materialized='view') }}

{{ pulls_by_dimension_view('day', 'pulls_daily_by_dimension_base') }}
