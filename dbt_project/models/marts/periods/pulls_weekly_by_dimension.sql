{{ config(materialized='view') }}

{{ pulls_by_dimension_view('week', 'pulls_weekly_by_dimension_base') }}
