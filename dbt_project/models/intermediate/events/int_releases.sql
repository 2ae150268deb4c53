-- What was released when, as the logs and the catalogue tell: a version that appears, or a tag without a version that
-- moves to a digest that nobody has seen.
with versions as (
    select * from {{ ref('int_versions') }}
),

tags as (
    select * from {{ ref('tag_history') }}
),

digest_versions as (
    select * from {{ ref('int_digest_versions') }}
),

nodes as (
    select distinct logged_on from {{ ref('node_days_base') }}
),

meanings as (
    select
        repository,
        tag,
        digest,
        valid_from,
        row_number() over (partition by repository, tag order by valid_from) as meaning_number,
        min(valid_from) over (partition by repository, digest) as first_meant_at
    from tags
    where valid_from is not null
),

moved as (
    select
        meanings.repository,
        meanings.digest,
        string_agg(distinct meanings.tag, ', ' order by meanings.tag) || ' moved' as release,
        cast(min(meanings.valid_from) as date) as released_on
    from meanings
    left join digest_versions using (repository, digest)
    where
        meanings.meaning_number > 1
        and digest_versions.version is null
        -- Back to what it meant before is no release.
        and meanings.valid_from = meanings.first_meant_at
        and not {{ is_version('meanings.tag') }}
    group by meanings.repository, meanings.digest
),

final as (
    select repository, version as release, first_seen_on as released_on, cast(null as varchar) as digest
    from versions
    where is_release_seen
    union all
    select moved.repository, moved.release, moved.released_on, moved.digest
    from moved
    -- After a hole in the logs nobody knows when.
    inner join nodes on moved.released_on - 1 = nodes.logged_on
)

select * from final
