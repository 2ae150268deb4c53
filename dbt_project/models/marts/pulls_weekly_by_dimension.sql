{{ config(materialized='view') }}

{{ pulls_view('week', 'pulls_weekly_by_dimension_base') }}
