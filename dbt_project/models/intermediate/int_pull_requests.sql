-- The only place where requests are tied to the pull_id of their session, and numbered within it.
with requests as (
    select * from {{ ref('int_requests_sessionized') }}
),

sessions as (
    select * from {{ ref('int_sessions') }}
),

tied as (
    select
        sessions.pull_id,
        cast(sessions.started_at as date) as pull_date,
        -- Of the session, not of the request: an origin stays one however its versions mix.
        sessions.origin.endpoint_id as session_endpoint_id,
        sessions.origin.origin_id as session_origin_id,
        sessions.origin.client_version as session_client_version,
        requests.*
    from requests
    inner join sessions using (chain_origin_id, repository, session_number)
),

beside as (
    select
        *,
        lag(is_redirected) over same_question as was_redirected_before,
        requested_at - lag(ended_at) over same_question as since_before,
        lead(is_redirected) over same_question as is_redirected_next,
        lead(requested_at) over same_question - ended_at as until_next,
        row_number() over (
            partition by pull_id
            order by ordered_at, requested_at, ended_at, request_key
        ) as request_number
    from tied
    window same_question as (
        partition by pull_id, method, request_kind, reference
        order by ordered_at, requested_at, ended_at, request_key
    )
),

final as (
    select
        pull_id,
        pull_date,
        repository,
        request_number,
        request_key,
        requested_at,
        ended_at,
        method,
        request_kind,
        reference,
        reference_type,
        object_digest,
        case
            when request_kind = 'blob' then blob_kind
            when manifest_kind is not null then manifest_kind
            -- OCI has one media type for images, attestations and artifacts.
            when response_media_type like '%oci.image.manifest%' then 'manifest'
        end as object_kind,
        manifest_platform,
        status,
        bytes_sent,
        is_range,
        is_complete,
        is_success,
        is_redirected,
        -- The redirect led back to the gateway, which then answered: the client asked once.
        is_redirected and (
            coalesce(
                not was_redirected_before
                and since_before <= interval '1' second * {{ var('echo_gap_seconds') }},
                false
            )
            or coalesce(
                not is_redirected_next
                and until_next <= interval '1' second * {{ var('echo_gap_seconds') }},
                false
            )
        ) as is_sent_back,
        is_tag_request,
        session_start,
        session_endpoint_id as endpoint_id,
        session_origin_id as origin_id,
        session_client_version as client_version
    from beside
)

select * from final
