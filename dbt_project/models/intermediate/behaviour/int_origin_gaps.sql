-- Gaps of equal length in one row: a timer has few lengths. Whole numbers, so that sums do not depend on order.
with lookups as (
    select * from {{ ref('int_origin_lookups') }}
),

measured as (
    select
        chain_origin_id,
        repository,
        pull_date,
        cast(before_started_at as date) as before_on,
        coalesce(tag, '') = coalesce(before_tag, '') as is_tag_of_before,
        date_diff('millisecond', before_started_at, started_at) as gap_ms
    from lookups
    -- Longer ones lie in no look-back, and their squares in no bigint.
    where cast(before_started_at as date) > pull_date - {{ var('pattern_days') }}
),

final as (
    select
        chain_origin_id,
        repository,
        pull_date,
        before_on,
        is_tag_of_before,
        cast(round(gap_ms / 1000) as bigint) as gap_seconds,
        count(*) as gap_count,
        sum(gap_ms) as gap_ms_sum,
        sum(gap_ms * gap_ms) as gap_ms_square_sum
    from measured
    group by chain_origin_id, repository, pull_date, before_on, is_tag_of_before, cast(round(gap_ms / 1000) as bigint)
)

select * from final
