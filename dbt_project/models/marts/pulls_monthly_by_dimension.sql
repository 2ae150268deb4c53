{{ config(materialized='view', pre_hook="{{ use_marts() }}", post_hook="{{ use_default() }}") }}

{{ pulls_view('month', 'pulls_monthly_by_dimension_base') }}
