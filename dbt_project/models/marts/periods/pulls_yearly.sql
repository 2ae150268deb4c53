{{ config(materialized='view') }}

{{ pulls_view('year', 'pulls_yearly_base') }}
