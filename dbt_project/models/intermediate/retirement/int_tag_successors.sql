-- The newest version tag of the same shape: 1.26.1 follows 1.26.0, 1.26-alpine follows 1.25-alpine; latest has none.
with history as (
    select * from {{ ref('tag_history') }}
),

tag_days as (
    select * from {{ ref('tag_usage_base') }}
),

tags as (
    select repository, tag from history
    union
    select repository, tag from tag_days
),

versions as (
    select
        repository,
        tag,
        regexp_extract(tag, '^v?([0-9]{1,18}(\.[0-9]{1,18})*)', 1) as version,
        regexp_replace(tag, '^(v?)[0-9]{1,18}(\.[0-9]{1,18})*', '\1*') as shape
    from tags
    where regexp_matches(tag, '^v?[0-9]{1,18}(\.[0-9]{1,18})*')
),

parsed as (
    select
        repository,
        tag,
        shape,
        cast(string_split(version, '.') as bigint[]) as numbers
    from versions
),

newest as (
    select
        repository,
        shape,
        len(numbers) as part_count,
        max_by(tag, (numbers, tag)) as newest_tag
    from parsed
    group by repository, shape, len(numbers)
),

final as (
    select
        parsed.repository,
        parsed.tag,
        newest.newest_tag as successor_tag
    from parsed
    inner join newest
        on
            parsed.repository = newest.repository
            and parsed.shape = newest.shape
            and len(parsed.numbers) = newest.part_count
    where parsed.tag <> newest.newest_tag
)

select * from final
