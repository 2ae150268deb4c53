-- What the registry answered to a tag: only where the gateway saw the answer.
with requests as (
    select * from {{ ref('int_requests_sessionized') }}
),

sessions as (
    select * from {{ ref('int_sessions') }}
),

answers as (
    select
        chain_origin_id,
        repository,
        session_number,
        min_by(response_digest, (requested_at, ended_at, request_key)) as digest
    from requests
    where is_tag_request and is_success and response_digest is not null
    group by chain_origin_id, repository, session_number
),

final as (
    select
        sessions.pull_id,
        answers.digest
    from answers
    inner join sessions using (chain_origin_id, repository, session_number)
)

select * from final
