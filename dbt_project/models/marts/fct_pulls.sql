{{ config(materialized='view', pre_hook="{{ use_marts() }}", post_hook="{{ use_default() }}") }}

-- A view, since the pattern of a day may change with a late line of two weeks before, and the session does not.
with pulls as (
    select * from {{ beside(ref('fct_pulls_base')) }}
),

patterns as (
    select * from {{ beside(ref('access_patterns_daily')) }}
),

final as (
    select
        pulls.* replace (
            -- A mirror that its client did not give away hides its users too.
            pulls.is_lower_bound or coalesce(patterns.access_pattern = 'mirror', false) as is_lower_bound
        ),
        coalesce(patterns.access_pattern, 'unknown') as access_pattern
    from pulls
    left join patterns
        on
            pulls.pull_date = patterns.pattern_date
            and pulls.repository = patterns.repository
            and pulls.origin_id = patterns.origin_id
)

select * from final
