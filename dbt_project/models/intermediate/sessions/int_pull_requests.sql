-- The only place where requests are tied to the pull_id of their session, and numbered within it; and where what they
-- named is a text again.
with requests as (
    select * from {{ ref('int_session_requests') }}
),

texts as (
    select * from {{ ref('int_repository_requests') }}
),

sessions as (
    select * from {{ ref('int_sessions') }}
),

numbered as (
    select
        request_order,
        session_id,
        ordered_at,
        is_success,
        is_redirected,
        is_sent_back,
        is_tag_request,
        session_start,
        row_number() over (partition by session_id order by ordered_at, request_order) as request_number
    from requests
),

final as (
    select
        sessions.pull_id,
        cast(sessions.started_at as date) as pull_date,
        texts.repository,
        numbered.request_number,
        texts.request_key,
        texts.request_identity,
        texts.requested_on,
        texts.requested_at,
        texts.ended_at,
        texts.method,
        texts.request_kind,
        texts.reference,
        texts.reference_type,
        texts.object_digest,
        texts.response_digest,
        texts.manifest_kind,
        case
            when texts.request_kind = 'blob' then texts.blob_kind
            when texts.manifest_kind is not null then texts.manifest_kind
            when texts.is_oci_manifest then 'manifest'
        end as object_kind,
        texts.manifest_platform,
        texts.status,
        texts.bytes_sent,
        texts.body_bytes_sent,
        texts.is_range,
        texts.is_complete,
        texts.is_push,
        numbered.is_success,
        numbered.is_redirected,
        numbered.is_sent_back,
        numbered.is_tag_request,
        numbered.session_start,
        texts.chain_origin_id,
        -- Of the session, not of the request: an origin stays one however its versions mix.
        sessions.origin.endpoint_id,
        sessions.origin.origin_id,
        sessions.origin.client_version
    from numbered
    inner join texts on numbered.request_order = texts.request_order
    inner join sessions on numbered.session_id = sessions.session_id
)

select * from final
