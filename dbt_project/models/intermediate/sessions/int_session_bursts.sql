-- Which sessions are pieces of what a fleet does at once: the machines behind one address that fetch one tag are one
-- session as long as no two neighbouring requests show a boundary, and several where one machine has finished before
-- the next one begins. What one of them asked for may then be delivered in the session of another one.
with sessions as (
    select
        *,
        cast(started_at as date) as pull_date
    from {{ ref('int_sessions') }}
),

beside as (
    select
        *,
        max(ended_at) over (
            partition by chain_id, pull_date
            order by started_at, pull_id
            rows between unbounded preceding and 1 preceding
        ) as before_ended_at
    from sessions
),

numbered as (
    select
        *,
        count(*) filter (
            where started_at > before_ended_at + interval '1' second * {{ var('manifest_gap_seconds') }}
        ) over (
            partition by chain_id, pull_date
            order by started_at, pull_id
            rows between unbounded preceding and current row
        ) as burst_number
    from beside
),

-- A piece that begins with a digest is of the tag before it.
tagged as (
    select
        *,
        last_value(tag ignore nulls) over (
            partition by chain_id, pull_date, burst_number
            order by started_at, pull_id
            rows between unbounded preceding and current row
        ) as burst_tag
    from numbered
),

final as (
    select
        pull_id,
        session_id,
        started_at,
        outcome,
        is_redirected,
        expected_config_count - known_config_count as unknown_config_count,
        first_value(pull_id) over (
            partition by chain_id, pull_date, burst_number, burst_tag
            order by started_at, pull_id
        ) as burst_id
    from tagged
)

select * from final
