{{ config(materialized='view') }}

{{ pulls_view('week', 'pulls_weekly_base') }}
