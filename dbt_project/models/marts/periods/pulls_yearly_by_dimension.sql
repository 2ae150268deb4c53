{{ config(materialized='view') }}

{{ pulls_by_dimension_view('year', 'pulls_yearly_by_dimension_base') }}
