{{ config(materialized='view', pre_hook="{{ use_marts() }}", post_hook="{{ use_default() }}") }}

{{ pulls_view('day', 'pulls_daily_base') }}
