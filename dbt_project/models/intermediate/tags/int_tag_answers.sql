-- What the registry answered to a tag: only where the gateway saw the answer.
with requests as (
    select * from {{ ref('int_pull_requests') }}
),

final as (
    select
        pull_id,
        min_by(response_digest, (requested_at, ended_at, request_key)) as digest
    from requests
    where is_tag_request and is_success and response_digest is not null
    group by pull_id
)

select * from final
