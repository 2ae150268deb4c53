-- Origins that use, by digest and without a tag, what a tag means now: the index, or one of its images.
with tag_digests as (
    select * from {{ ref('int_tag_digests') }}
    where is_current
),

uses as (
    select * from {{ ref('int_digest_uses') }}
),

final as (
    select
        tag_digests.repository,
        tag_digests.tag,
        count(*) filter (where uses.is_pull) as pinned_pull_count,
        count(distinct case when uses.is_pull then uses.origin_key end) as pinned_origin_count,
        count(*) filter (where not uses.is_pull and not uses.is_failed) as pinned_look_up_count
    from tag_digests
    inner join uses on tag_digests.repository = uses.repository and tag_digests.digest = uses.digest
    group by tag_digests.repository, tag_digests.tag
)

select * from final
