{{ config(materialized='view', pre_hook="{{ use_marts() }}", post_hook="{{ use_default() }}") }}

{{ pulls_view('week', 'pulls_weekly_by_dimension_base') }}
