-- The only place where requests are tied to the pull_id of their session, and numbered within it.
with requests as (
    select * from {{ ref('int_session_requests') }}
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

numbered as (
    select
        *,
        row_number() over (
            partition by pull_id
            order by ordered_at, requested_at, ended_at, request_key
        ) as request_number
    from tied
),

final as (
    select
        pull_id,
        pull_date,
        repository,
        request_number,
        request_key,
        request_identity,
        requested_at,
        ended_at,
        method,
        request_kind,
        reference,
        reference_type,
        object_digest,
        response_digest,
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
        is_sent_back,
        is_tag_request,
        session_start,
        session_endpoint_id as endpoint_id,
        session_origin_id as origin_id,
        session_client_version as client_version
    from numbered
)

select * from final
