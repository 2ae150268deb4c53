-- What a tag meant where the gateway did not see the answer: a client that looks a tag up by HEAD fetches the digest
-- that it was told right after. One that GETs the tag has the manifest already, and fetches a child next.
with requests as (
    select * from {{ ref('int_pull_requests') }}
),

manifests as (
    select
        requested_on as observed_on,
        chain_origin_id,
        repository,
        pull_id,
        requested_at,
        ended_at,
        request_key,
        method,
        is_tag_request,
        reference,
        response_digest
    from requests
    where request_kind = 'manifest' and is_success and not is_push
),

sessions as (
    select
        pull_id,
        chain_origin_id,
        repository,
        min(observed_on) as observed_on,
        min(reference) filter (where is_tag_request) as tag,
        min_by(reference, (requested_at, ended_at, request_key)) filter (where not is_tag_request) as digest,
        min(requested_at) as seen_at
    from manifests
    group by pull_id, chain_origin_id, repository
    having
        count(distinct case when is_tag_request then reference end) = 1
        and bool_and(method = 'HEAD' and response_digest is null) filter (where is_tag_request)
        and bool_or(not is_tag_request)
        -- The look-up comes first: what was fetched before it answers nothing.
        and min(requested_at) filter (where is_tag_request) <= min(requested_at) filter (where not is_tag_request)
),

final as (
    select
        observed_on,
        repository,
        tag,
        digest,
        min(seen_at) as first_seen_at,
        max(seen_at) as last_seen_at,
        count(distinct chain_origin_id) as origin_count
    from sessions
    group by observed_on, repository, tag, digest
)

select * from final
