{{ config(materialized='view') }}

{{ pulls_view('day', 'pulls_daily_base') }}
