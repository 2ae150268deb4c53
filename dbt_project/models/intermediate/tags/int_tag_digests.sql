-- The digests that a tag stands for, and stood for: what it meant, and the images of that.
with history as (
    select * from {{ ref('tag_history') }}
),

links as (
    select * from {{ ref('digest_links_base') }}
),

manifests as (
    select * from {{ ref('stg_manifests') }}
),

meanings as (
    select
        repository,
        tag,
        digest,
        valid_to is null as is_current
    from history
),

-- Since when what a tag led to is what it means now; where no answer was seen, since ever.
since as (
    select
        repository,
        tag,
        max(valid_from) filter (where valid_to is null) as valid_from
    from history
    group by repository, tag
),

children as (
    select distinct digest, {{ each_in('parents') }} as index_digest
    from manifests
),

index_links as (
    select distinct repository, reference as index_digest, digest
    from links
    where starts_with(reference, 'sha256:')
),

images as (
    select meanings.repository, meanings.tag, children.digest, meanings.is_current
    from meanings
    inner join children on meanings.digest = children.index_digest
    union all
    select meanings.repository, meanings.tag, index_links.digest, meanings.is_current
    from meanings
    inner join index_links
        on meanings.repository = index_links.repository and meanings.digest = index_links.index_digest
),

led_to as (
    select
        links.repository,
        links.reference as tag,
        links.digest,
        coalesce(links.last_linked_at >= since.valid_from, true) as is_current
    from links
    left join since on links.repository = since.repository and links.reference = since.tag
    where not starts_with(links.reference, 'sha256:')
),

together as (
    select * from meanings
    union all
    select * from images
    union all
    select * from led_to
),

final as (
    select
        repository,
        tag,
        digest,
        bool_or(is_current) as is_current
    from together
    group by repository, tag, digest
)

select * from final
