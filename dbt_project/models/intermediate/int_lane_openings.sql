-- What a pull was asked for by: a tag, or the digest of an index that no tag request just before explains.
with requests as (
    select * from {{ ref('int_requests_timed') }}
),

tags as (
    select
        chain_origin_id,
        repository,
        reference as lane,
        object_digest as root,
        ordered_at,
        -- A redirecting gateway does not see what the tag means.
        object_digest is null as is_blind
    from requests
    where is_tag_request and is_success
),

indexes as (
    select chain_origin_id, repository, object_digest as root, ordered_at
    from requests
    where is_opening and not is_tag_request and is_success
),

explained as (
    select
        indexes.*,
        coalesce(max(tags.ordered_at) filter (tags.root = indexes.root or tags.is_blind), 'epoch') as explained_at
    from indexes
    left join tags
        on
            indexes.chain_origin_id = tags.chain_origin_id
            and indexes.repository = tags.repository
            and tags.ordered_at between
            indexes.ordered_at - interval '1' second * {{ var('manifest_gap_seconds') }} and indexes.ordered_at
    group by all
),

digests as (
    select
        chain_origin_id,
        repository,
        '@' || root as lane,
        root,
        ordered_at,
        false as is_blind
    from explained
    where explained_at = 'epoch'
),

openings as (
    select * from tags
    union all
    select * from digests
),

final as (
    select chain_origin_id, repository, lane, root, ordered_at, bool_or(is_blind) as is_blind
    from openings
    group by chain_origin_id, repository, lane, root, ordered_at
)

select * from final
