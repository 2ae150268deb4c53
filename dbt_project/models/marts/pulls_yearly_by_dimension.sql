{{ config(materialized='view') }}

{{ pulls_view('year', 'pulls_yearly_by_dimension_base') }}
