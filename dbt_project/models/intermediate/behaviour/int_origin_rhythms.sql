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
        gaps.is_tag_of_before,
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
    group by pattern_days.pattern_date, gaps.chain_origin_id, gaps.repository, gaps.gap_seconds, gaps.is_tag_of_before
),

visits as (
    select
        *,
        sum(gap_ms_sum) over of_one / sum(gap_count) over of_one as mean_gap_ms
    from windowed
    where gap_seconds > {{ var('visit_gap_seconds') }}
    window of_one as (partition by pattern_date, chain_origin_id, repository)
),

-- Three ways to cut the requests of a timer into turns:
-- visit: requests within half a minute are one turn, since a watcher asks for all its tags at once.
-- repeat: the same tag again is a new turn, however soon; but not within a second, as machines in step do.
-- pause: a gap longer than the mean. Several timers with one period behind one address ask one after the other and then
-- all rest, for the same time in each round.
turns as (
    select {{ all_columns_but('mean_gap_ms') }}, 'visit' as kind
    from visits
    union all
    select *, 'repeat' as kind
    from windowed
    where is_tag_of_before and gap_seconds >= 1
    union all
    select {{ all_columns_but('mean_gap_ms') }}, 'pause' as kind
    from visits
    where 1000 * gap_seconds > mean_gap_ms
),

ranked as (
    select
        *,
        sum(gap_count) over (
            partition by pattern_date, chain_origin_id, repository, kind
            order by gap_seconds, is_tag_of_before
        ) as gap_count_up_to,
        sum(gap_count) over (partition by pattern_date, chain_origin_id, repository, kind) as gap_count_of_kind
    from turns
),

-- Of an even number of gaps the median lies between the two in the middle.
medians as (
    select
        pattern_date,
        chain_origin_id,
        repository,
        kind,
        (
            min(gap_seconds) filter (where 2 * gap_count_up_to >= gap_count_of_kind)
            + min(gap_seconds) filter (where 2 * gap_count_up_to > gap_count_of_kind)
        ) / 2 as median_gap_seconds
    from ranked
    group by pattern_date, chain_origin_id, repository, kind
),

near_median as (
    select
        turns.*,
        abs(turns.gap_seconds - medians.median_gap_seconds) <= 0.1 * medians.median_gap_seconds as is_steady
    from turns
    inner join medians using (pattern_date, chain_origin_id, repository, kind)
),

summed_turns as (
    select
        pattern_date,
        chain_origin_id,
        repository,
        kind,
        sum(gap_count) as turn_count,
        coalesce(sum(gap_count) filter (where gap_seconds > {{ var('visit_gap_seconds') }}), 0) + 1 as run_count,
        -- One gap has nothing to agree with.
        case
            when sum(gap_count) > 1
                then round(coalesce(sum(gap_count) filter (where is_steady), 0) / sum(gap_count), 3)
        end as steady_share,
        {{ gap_variation() }} as turn_variation,
        sum(gap_ms_sum) / sum(gap_count) as mean_gap_ms,
        sum(gap_ms_sum) filter (where is_steady) / sum(gap_count) filter (where is_steady) as steady_gap_ms
    from near_median
    group by pattern_date, chain_origin_id, repository, kind
),

-- Of visits, repeats and pauses, the kind whose gaps are steadiest, among those with enough gaps to judge. A few quick
-- repeats are a person who tries again (one visit); a loop in a script repeats many times.
best_turns as (
    select
        *,
        -- Jitter leaves the mean where it is; the hours for which a timer was off do not.
        case
            when turn_variation < {{ var('steady_variation') }} then mean_gap_ms else
                coalesce(steady_gap_ms, mean_gap_ms)
        end as period_ms
    from summed_turns
    where
        kind = 'visit'
        or (kind = 'repeat' and turn_count + 1 >= 2 * {{ var('pattern_visits') }} * run_count)
    qualify row_number() over (
        partition by pattern_date, chain_origin_id, repository
        order by
            turn_count + 1 >= 2 * {{ var('pattern_visits') }} desc,
            coalesce(steady_share, 0) desc,
            kind desc
    ) = 1
),

pauses as (
    select * from summed_turns
    where kind = 'pause'
),

summed as (
    select
        pattern_date,
        chain_origin_id,
        repository,
        sum(gap_count) as gap_count,
        sum(gap_ms_sum) as gap_ms_sum,
        {{ gap_variation() }} as gap_variation
    from windowed
    group by pattern_date, chain_origin_id, repository
),

final as (
    select
        summed.pattern_date,
        summed.chain_origin_id,
        summed.repository,
        cast(summed.gap_count as bigint) as gap_count,
        cast(coalesce(best_turns.turn_count, 0) as bigint) as visit_gap_count,
        summed.gap_variation,
        best_turns.turn_variation as visit_gap_variation,
        best_turns.steady_share as steady_gap_share,
        pauses.steady_share as steady_pause_share,
        -- Two tags asked for in turn every few seconds have no turns: the mean of all gaps, then.
        greatest(
            1, cast(round(coalesce(best_turns.period_ms, summed.gap_ms_sum / summed.gap_count) / 1000) as bigint)
        ) as period_seconds
    from summed
    left join best_turns using (pattern_date, chain_origin_id, repository)
    left join pauses using (pattern_date, chain_origin_id, repository)
)

select * from final
