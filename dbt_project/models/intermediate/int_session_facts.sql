-- Everything that one session shows, before anything is concluded from it.
with requests as (
    select
        *,
        request_kind = 'manifest' and is_success and not is_sent_back as is_manifest_answer
    from {{ ref('int_session_requests') }}
),

final as (
    select
        chain_origin_id,
        repository,
        session_number,
        min(requested_at) as started_at,
        max(ended_at) as ended_at,
        -- One id with two times is two requests, and may begin two sessions.
        min_by(
            coalesce(request_identity, request_key) || chr(10) || epoch_us(ended_at),
            (requested_at, ended_at, request_key)
        ) as first_request,
        min_by(struct_pack(
            host, mirror_of, identity_epoch, origin_id, endpoint_id, previous_origin_id, previous_endpoint_id,
            origin_unlinkable, client_name, client_version, client_category, engine_os, client_os, architecture,
            kernel_hint, country_code, asn, network_operator, network_type, company, company_confidence,
            company_method, cloud_provider, cloud_region, cloud_method, ci_provider, ci_verdict, ci_reason, can_pull
        ), (requested_at, ended_at, request_key)) as origin,
        min_by(reference, (requested_at, ended_at, request_key)) filter (is_tag_request) as tag,
        min_by(object_digest, (not is_success, requested_at, ended_at, request_key))
        filter (request_kind = 'manifest' and object_digest is not null) as digest,
        count(*) as request_count,
        sum(bytes_sent) as bytes_sent,
        count(*) filter (where is_push) as push_count,
        count(*) filter (where is_success) as success_count,
        count(*) filter (where request_kind = 'referrers' or manifest_kind = 'artifact') as artifact_count,
        count(*) filter (where is_of_deletion) as deletion_count,
        count(*) filter (where request_kind in ('manifest', 'blob')) as image_request_count,
        count(*) filter (where is_manifest_answer and method = 'GET') as manifest_get_count,
        count(*) filter (where is_manifest_answer and method = 'HEAD') as manifest_head_count,
        count(*) filter (where request_kind = 'tags' and is_success) as tag_list_count,
        count(distinct object_digest)
        filter (request_kind = 'manifest' and is_success and manifest_kind = 'image') as image_manifest_count,
        count(distinct object_digest)
        filter (request_kind = 'manifest' and is_success and method = 'GET' and manifest_kind = 'index')
            as index_get_count,
        count(distinct object_digest)
        filter (
            request_kind = 'manifest' and is_success and method = 'GET' and reference_type = 'digest'
            and manifest_kind is null
        ) as unknown_digest_get_count,
        count(*) filter (where request_kind = 'manifest' and is_success and method = 'GET' and is_tag_request)
            as tag_get_count
    from requests
    group by chain_origin_id, repository, session_number
)

select * from final
