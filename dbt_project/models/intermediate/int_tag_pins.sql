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

keyed as (
    select
        pinned.repository,
        pinned.tag,
        uses.company,
        uses.started_at,
        case
            when not uses.is_origin_unlinkable
                then {{ unique_key_in_window('origin', 'pinned.repository, pinned.tag') }}
        end as origin_key
    from pinned
    inner join uses on pinned.repository = uses.repository and pinned.digest = uses.digest
    where uses.tag is null and uses.is_pull and uses.is_in_lookback
),

final as (
    select
        repository,
        tag,
        count(*) as pinned_pull_count,
        count(distinct origin_key) as pinned_origin_count,
        max(started_at) as last_pinned_pull_at
    from keyed
    group by repository, tag
)

select * from final
