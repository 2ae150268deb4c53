-- What the registry answered to a tag, where the gateway saw it: runs of equal answers within a day.
with requests as (
    select * from {{ ref('int_pull_requests') }}
),

answers as (
    select
        requested_on as observed_on,
        repository,
        reference as tag,
        response_digest as digest,
        chain_origin_id,
        requested_at,
        ended_at,
        request_key
    from requests
    where
        is_tag_request and is_success and not is_redirected and response_digest is not null
        -- The tag that cosign and referrers make of a digest follows that digest.
        and not regexp_matches(reference, '^sha256-[0-9a-f]{64}')
),

compared as (
    select
        *,
        coalesce(digest <> lag(digest) over (
            partition by observed_on, repository, tag
            order by ended_at, request_key
        ), true) as is_change
    from answers
),

numbered as (
    select
        *,
        count(*) filter (where is_change) over (
            partition by observed_on, repository, tag
            order by ended_at, request_key
            rows between unbounded preceding and current row
        ) as run_number
    from compared
),

final as (
    select
        observed_on,
        repository,
        tag,
        digest,
        min(ended_at) as first_seen_at,
        max(ended_at) as last_seen_at,
        count(distinct chain_origin_id) as origin_count
    from numbered
    group by observed_on, repository, tag, digest, run_number
)

select * from final
