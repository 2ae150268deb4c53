-- What a pull was asked for by: a tag, or the digest of an index that no tag request just before explains. A lane has
-- the number of that tag or digest.
with requests as (
    select * from {{ ref('int_requests_timed') }}
    where is_opening and is_success and not is_of_push
),

roots as (
    select * from {{ ref('int_reference_roots') }}
),

tags as (
    select chain_id, reference_id as lane_id, root_id, ordered_at, root_id is null as is_blind
    from requests
    where is_tag_request
),

indexes as (
    select chain_id, object_id as root_id, ordered_at
    from requests
    where not is_tag_request
),

explained as (
    select indexes.chain_id, indexes.root_id, indexes.ordered_at
    from indexes
    inner join tags
        on
            indexes.chain_id = tags.chain_id
            and tags.ordered_at between
            indexes.ordered_at - interval '1' second * {{ var('manifest_gap_seconds') }} and indexes.ordered_at
    left join roots on indexes.root_id = roots.reference_id and tags.root_id = roots.root_id
    where tags.root_id = indexes.root_id or roots.root_id is not null or tags.is_blind
),

digests as (
    select indexes.chain_id, indexes.root_id as lane_id, indexes.root_id, indexes.ordered_at, false as is_blind
    from indexes
    left join explained
        on
            indexes.chain_id = explained.chain_id
            and indexes.root_id is not distinct from explained.root_id
            and indexes.ordered_at = explained.ordered_at
    where explained.chain_id is null
),

openings as (
    select * from tags
    union all
    select * from digests
),

final as (
    select chain_id, lane_id, root_id, ordered_at, bool_or(is_blind) as is_blind
    from openings
    group by chain_id, lane_id, root_id, ordered_at
)

select * from final
