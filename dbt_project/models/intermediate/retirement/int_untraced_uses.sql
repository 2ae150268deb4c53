-- Uses of a repository that no tag is known to stand for: each may be one of a tag whose digests are not all known.
with tag_digests as (
    select distinct repository, digest from {{ ref('int_tag_digests') }}
),

uses as (
    select * from {{ ref('int_digest_uses') }}
),

final as (
    select
        uses.repository,
        count(*) as digest_use_count,
        count(*) filter (where tag_digests.digest is null) as untraced_use_count
    from uses
    left join tag_digests on uses.repository = tag_digests.repository and uses.digest = tag_digests.digest
    group by uses.repository
)

select * from final
