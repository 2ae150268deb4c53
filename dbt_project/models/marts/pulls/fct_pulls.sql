{{ config(materialized='view') }}

-- A view, since a late line of two weeks before may change the pattern of a day and the environment of a session,
-- and not what the session's own requests tell.
with pulls as (
    select * from {{ beside(ref('fct_pulls_base')) }}
),

patterns as (
    select * from {{ beside(ref('access_patterns_daily')) }}
),

environments as (
    select * from {{ beside(ref('pull_environments')) }}
),

final as (
    select
        -- A mirror may hide behind the user agent of another client: its users are not seen either.
        {{ all_columns_with(
            'is_lower_bound',
            "pulls.is_lower_bound or coalesce(patterns.access_pattern = 'mirror', false)",
            of='pulls'
        ) }},
        coalesce(patterns.access_pattern, 'unknown') as access_pattern,
        environments.environment,
        environments.environment_confidence,
        environments.environment_reason
    from pulls
    -- The day says nothing new: with it, a query for some days reads no environment of any other.
    left join environments on pulls.pull_date = environments.pull_date and pulls.pull_id = environments.pull_id
    left join patterns
        on
            pulls.pull_date = patterns.pattern_date
            and pulls.repository = patterns.repository
            and pulls.origin_id = patterns.origin_id
)

select * from final
