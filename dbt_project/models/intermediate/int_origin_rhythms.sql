-- How even the gaps between an origin's look-ups are, over the look-back that ends on a day.
with pattern_days as (
    select * from {{ ref('int_pattern_days') }}
),

lookup_days as (
    select * from {{ ref('int_origin_lookup_days') }}
),

gaps as (
    select * from {{ ref('int_origin_gaps') }}
),

windowed as (
    select
        pattern_days.pattern_date,
        gaps.chain_origin_id,
        gaps.repository,
        gaps.gap_seconds,
        gaps.gap_seconds > {{ var('visit_gap_seconds') }} as is_between_visits,
        sum(gaps.gap_count) as gap_count,
        sum(gaps.gap_ms_sum) as gap_ms_sum,
        sum(gaps.gap_ms_square_sum) as gap_ms_square_sum
    from gaps
    inner join pattern_days on gaps.pull_date = pattern_days.pull_date
    -- Only of origins that were there on the day itself.
    inner join lookup_days
        on
            pattern_days.pattern_date = lookup_days.pull_date
            and gaps.chain_origin_id = lookup_days.chain_origin_id
            and gaps.repository = lookup_days.repository
    -- Both ends of a gap lie within the look-back: what was before it may not have been read.
    where gaps.before_on > pattern_days.pattern_date - {{ var('pattern_days') }}
    group by pattern_days.pattern_date, gaps.chain_origin_id, gaps.repository, gaps.gap_seconds
),

ranked as (
    select
        *,
        sum(gap_count) over (
            partition by pattern_date, chain_origin_id, repository, is_between_visits
            order by gap_seconds
        ) as gap_count_up_to,
        sum(gap_count) over (
            partition by pattern_date, chain_origin_id, repository, is_between_visits
        ) as gap_count_of_kind
    from windowed
),

medians as (
    select
        pattern_date,
        chain_origin_id,
        repository,
        min(gap_seconds) as median_gap_seconds
    from ranked
    where is_between_visits and 2 * gap_count_up_to >= gap_count_of_kind
    group by pattern_date, chain_origin_id, repository
),

near_median as (
    select
        ranked.*,
        ranked.is_between_visits
        and abs(ranked.gap_seconds - medians.median_gap_seconds) <= 0.1 * medians.median_gap_seconds as is_steady
    from ranked
    left join medians using (pattern_date, chain_origin_id, repository)
),

summed as (
    select
        pattern_date,
        chain_origin_id,
        repository,
        sum(gap_count) as gap_count,
        sum(gap_ms_sum) as gap_ms_sum,
        sum(gap_ms_square_sum) as gap_ms_square_sum,
        coalesce(sum(gap_count) filter (where is_between_visits), 0) as visit_gap_count,
        coalesce(sum(gap_count) filter (where is_steady), 0) as steady_gap_count,
        sum(gap_ms_sum) filter (where is_steady) as steady_gap_ms_sum
    from near_median
    group by pattern_date, chain_origin_id, repository
),

final as (
    select
        pattern_date,
        chain_origin_id,
        repository,
        cast(gap_count as bigint) as gap_count,
        cast(visit_gap_count as bigint) as visit_gap_count,
        -- Population standard deviation over mean, from sums: sqrt(n Σx² - (Σx)²) / Σx.
        round(
            sqrt(cast(gap_count * gap_ms_square_sum - gap_ms_sum * gap_ms_sum as double)) / nullif(gap_ms_sum, 0), 3
        ) as gap_variation,
        round(steady_gap_count / nullif(visit_gap_count, 0), 3) as steady_gap_share,
        cast(round(steady_gap_ms_sum / (1000 * nullif(steady_gap_count, 0))) as bigint) as period_seconds
    from summed
)

select * from final
