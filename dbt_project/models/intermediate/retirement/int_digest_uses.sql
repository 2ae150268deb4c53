-- Origins that use an image without naming a tag: by its digest, or by its blobs alone.
with uses as (
    select * from {{ ref('int_tag_uses') }}
    where is_in_lookback
),

-- Blobs asked for by an origin that also named a tag or digest of the repository belong to that.
named as (
    select distinct repository, origin_key
    from uses
    where origin_key is not null and coalesce(tag, digest) is not null
),

final as (
    select
        uses.pull_id,
        uses.repository,
        uses.digest,
        uses.origin_key,
        uses.is_pull,
        uses.is_failed
    from uses
    left join named on uses.repository = named.repository and uses.origin_key = named.origin_key
    where uses.tag is null and (uses.digest is not null or named.repository is null)
)

select * from final
