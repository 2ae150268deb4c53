-- What a pull was asked for by: a tag, or the digest of an index that no tag request just before explains.
with requests as (
    select * from {{ ref('int_requests_timed') }}
),

catalogue_tags as (
    select repository, tag, min(digest) as digest
    from {{ ref('stg_catalogue_tags') }}
    group by repository, tag
    having count(distinct digest) = 1
),

meanings as (
    select * from {{ ref('int_digest_roots') }}
),

tags as (
    select
        requests.chain_origin_id,
        requests.repository,
        requests.reference as lane,
        -- A redirecting gateway does not see what the tag means; a catalogue may say.
        coalesce(requests.object_digest, catalogue_tags.digest) as root,
        requests.ordered_at,
        coalesce(requests.object_digest, catalogue_tags.digest) is null as is_blind
    from requests
    left join catalogue_tags
        on requests.repository = catalogue_tags.repository and requests.reference = catalogue_tags.tag
    where requests.is_tag_request and requests.is_success and not requests.is_of_push
),

indexes as (
    select chain_origin_id, repository, object_digest as root, ordered_at
    from requests
    where is_opening and not is_tag_request and is_success and not is_of_push
),

explained as (
    select
        indexes.*,
        coalesce(max(tags.ordered_at) filter (
            tags.root = indexes.root or meanings.root is not null or tags.is_blind
        ), 'epoch') as explained_at
    from indexes
    left join tags
        on
            indexes.chain_origin_id = tags.chain_origin_id
            and indexes.repository = tags.repository
            and tags.ordered_at between
            indexes.ordered_at - interval '1' second * {{ var('manifest_gap_seconds') }} and indexes.ordered_at
    left join meanings on indexes.root = meanings.digest and tags.root = meanings.root
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
