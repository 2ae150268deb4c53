{{ config(materialized='view') }}

{{ pulls_view('day', 'pulls_daily_by_dimension_base') }}
