-- Other tags in use that need the same manifest as a tag: deleting the manifest would break them too.
with history as (
    select repository, tag, digest from {{ ref('tag_history') }}
    where valid_to is null
),

tag_digests as (
    select * from {{ ref('int_tag_digests') }}
    where is_current
),

uses as (
    select * from {{ ref('int_tag_uses') }}
    where is_in_lookback and tag is not null
),

demand as (
    select * from {{ ref('int_tag_demand') }}
),

used as (
    select repository, tag from uses
    union
    select repository, tag from demand
),

sharing as (
    select distinct history.repository, history.tag, used.tag as other_tag
    from history
    inner join tag_digests
        on
            history.repository = tag_digests.repository
            and history.digest = tag_digests.digest
            and history.tag <> tag_digests.tag
    inner join used on tag_digests.repository = used.repository and tag_digests.tag = used.tag
),

final as (
    select
        repository,
        tag,
        string_agg(other_tag, ', ' order by other_tag) as shared_with_tags
    from sharing
    group by repository, tag
)

select * from final
