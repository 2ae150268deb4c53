-- Who pulls, by its digest and without a tag, what a tag means now: the index, or one of its images.
with history as (
    select * from {{ ref('tag_history') }}
),

uses as (
    select * from {{ ref('int_tag_uses') }}
),

manifests as (
    select * from {{ ref('stg_manifests') }}
),

current_digests as (
    select repository, tag, digest
    from history
    where valid_to is null
),

children as (
    select digest, unnest(parents) as parent_digest
    from manifests
),

pinned as (
    select distinct current_digests.repository, current_digests.tag, children.digest
    from current_digests
    inner join children on current_digests.digest = children.parent_digest
    union
    select repository, tag, digest from current_digests
),

final as (
    select
        pinned.repository,
        pinned.tag,
        count(*) as pinned_pull_count,
        count(distinct uses.origin_key) as pinned_origin_count
    from pinned
    inner join uses on pinned.repository = uses.repository and pinned.digest = uses.digest
    where uses.tag is null and uses.is_pull and uses.is_in_lookback
    group by pinned.repository, pinned.tag
)

select * from final
