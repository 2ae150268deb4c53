-- Which digests an advisory means. A tag: what it meant until the advisory came, not what it was mended to. An index
-- has its images, and an image may be what was taken of its index.
with advisories as (
    select * from {{ ref('stg_advisories') }}
),

repositories as (
    select distinct repository from {{ ref('pulls_daily_base') }}
),

tags as (
    select
        *,
        row_number() over (partition by repository, tag order by valid_from) as meaning_number
    from {{ ref('tag_history') }}
),

children as (
    select * from {{ ref('stg_manifest_children') }}
),

known as (
    select advisories.*
    from advisories
    semi join repositories on advisories.repository = repositories.repository
),

named as (
    select known.*, tags.digest
    from known
    inner join tags on known.repository = tags.repository and known.reference = tags.tag
    where
        tags.valid_from is null
        or cast(tags.valid_from as date) <= known.published_on
        -- Asked for since then only: what it meant at first.
        or tags.meaning_number = 1
    union all
    select known.*, known.reference as digest
    from known
    where known.reference like 'sha256:%' or known.reference like 'sha512:%'
),

related as (
    select published_on, repository, reference, label, digest from named
    union
    select named.published_on, named.repository, named.reference, named.label, children.child_digest as digest
    from named
    inner join children on named.digest = children.index_digest
    union
    -- An advisory that names one image by digest also concerns installs of the index that holds the image.
    select named.published_on, named.repository, named.reference, named.label, children.index_digest as digest
    from named
    inner join children on named.digest = children.child_digest
    where named.reference = named.digest
    union
    -- Where the digest of a tag is not known, the tag itself is looked for.
    select known.published_on, known.repository, known.reference, known.label, cast(null as varchar) as digest
    from known
),

final as (
    select
        published_on,
        repository,
        reference,
        label,
        digest
    from related
)

select * from final
