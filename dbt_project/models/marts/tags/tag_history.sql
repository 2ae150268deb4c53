-- Which digest a tag meant when. An answer of the registry in the log decides; without one, most origins of the day;
-- without any line in the log, a catalogue file.
with observations as (
    select * from {{ ref('tag_observations_daily') }}
),

file_tags as (
    select * from {{ ref('stg_catalogue_tags') }}
),

counted as (
    select
        *,
        sum(origin_count) over (partition by repository, tag, observed_on, source) as asked_count,
        bool_or(source = 'header') over (partition by repository, tag, observed_on) as is_day_seen,
        row_number() over (
            partition by repository, tag, observed_on, source
            order by origin_count desc, last_seen_at desc, digest asc
        ) as vote_rank
    from observations
),

evidence as (
    select
        repository,
        tag,
        digest,
        source,
        first_seen_at,
        last_seen_at,
        origin_count as agreeing_count,
        case source when 'header' then origin_count else asked_count end as asked_count
    from counted
    where source = 'header' or (not is_day_seen and vote_rank = 1)
),

compared as (
    select
        *,
        coalesce(digest <> lag(digest) over (
            partition by repository, tag
            order by first_seen_at, last_seen_at, digest
        ), true) as is_move
    from evidence
),

numbered as (
    select
        *,
        count(*) filter (where is_move) over (
            partition by repository, tag
            order by first_seen_at, last_seen_at, digest
            rows between unbounded preceding and current row
        ) as interval_number
    from compared
),

intervals as (
    select
        repository,
        tag,
        digest,
        min(first_seen_at) as valid_from,
        max(last_seen_at) as last_seen_at,
        sum(agreeing_count) / sum(asked_count) as confidence,
        min(source) as source
    from numbered
    group by repository, tag, digest, interval_number
),

observed as (
    select
        repository,
        tag,
        digest,
        valid_from,
        -- Until the next digest was seen: the move itself happened somewhere since last_seen_at.
        lead(valid_from) over (partition by repository, tag order by valid_from) as valid_to,
        last_seen_at,
        confidence,
        source
    from intervals
),

told as (
    select
        file_tags.repository,
        file_tags.tag,
        file_tags.digest,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to,
        cast(null as timestamp) as last_seen_at,
        1 / count(*) over (partition by file_tags.repository, file_tags.tag) as confidence,
        'file' as source
    from file_tags
    left join observed on file_tags.repository = observed.repository and file_tags.tag = observed.tag
    where observed.tag is null
),

together as (
    select * from observed
    union all
    select * from told
),

final as (
    select
        repository,
        tag,
        digest,
        valid_from,
        valid_to,
        last_seen_at,
        cast(confidence as double) as confidence,
        source
    from together
)

select * from final
