{{ config(materialized='view', pre_hook="{{ use_marts() }}", post_hook="{{ use_default() }}") }}

{{ pulls_view('year', 'pulls_yearly_base') }}
