-- Everything that one session shows, before anything is concluded from it.
with requests as (
    select
        *,
        request_kind = 'manifest' and is_success and not is_sent_back as is_manifest_answer,
        request_kind = 'manifest' and object_id is not null as is_manifest_with_digest
    from {{ ref('int_session_requests') }}
),

staged as (
    select
        requests.*,
        coalesce(clients.can_pull, false) as can_pull
    from {{ ref('stg_requests') }} as requests
    left join {{ ref('int_clients') }} as clients on requests.client_name = clients.client_name
),

named as (
    select * from {{ ref('int_references') }}
),

counted as (
    select
        session_id,
        min(requested_at) as started_at,
        max(ended_at) as ended_at,
        min(request_order) as first_order,
        min_by(reference_id, request_order) filter (is_tag_request) as tag_id,
        -- Of an answer with success, if there is one.
        coalesce(
            min_by(object_id, request_order) filter (is_manifest_with_digest and is_success),
            min_by(object_id, request_order) filter (is_manifest_with_digest)
        ) as digest_id,
        count(*) as request_count,
        sum(bytes_sent) as bytes_sent,
        sum(body_bytes_sent) as body_bytes_sent,
        count(*) filter (where is_push) as push_count,
        count(*) filter (where is_success) as success_count,
        count(*) filter (where request_kind = 'referrers' or manifest_kind = 'artifact') as artifact_count,
        count(*) filter (where manifest_kind = 'artifact' and reference_type = 'digest') as artifact_by_digest_count,
        count(*) filter (where is_tag_request and is_success and object_id is null) as unseen_tag_count,
        count(*) filter (where is_of_deletion) as deletion_count,
        count(*) filter (where request_kind in ('manifest', 'blob')) as image_request_count,
        count(*) filter (where is_manifest_answer and method = 'GET') as manifest_get_count,
        count(*) filter (where is_manifest_answer and method = 'HEAD') as manifest_head_count,
        count(*) filter (where request_kind = 'tags' and is_success) as tag_list_count,
        count(*) filter (where request_kind = 'manifest' and is_success and method = 'GET' and is_tag_request)
            as tag_get_count
    from requests
    group by session_id
),

-- Each manifest once, however often it was asked for.
manifests as (
    select
        session_id,
        object_id,
        bool_or(manifest_kind = 'image') as is_image,
        bool_or(method = 'GET' and manifest_kind = 'index') as is_index_taken,
        bool_or(method = 'GET' and reference_type = 'digest' and manifest_kind is null) as is_unknown_taken
    from requests
    where is_manifest_with_digest and is_success
    group by session_id, object_id
),

manifest_counts as (
    select
        session_id,
        count(*) filter (where is_image) as image_manifest_count,
        count(*) filter (where is_index_taken) as index_get_count,
        count(*) filter (where is_unknown_taken) as unknown_digest_get_count
    from manifests
    group by session_id
),

-- Names before the wide columns of the origin are joined: a join may keep its wider side in memory.
named_facts as (
    select
        counted.*,
        coalesce(manifest_counts.image_manifest_count, 0) as image_manifest_count,
        coalesce(manifest_counts.index_get_count, 0) as index_get_count,
        coalesce(manifest_counts.unknown_digest_get_count, 0) as unknown_digest_get_count,
        tags.name as tag,
        digests.name as digest
    from counted
    left join manifest_counts on counted.session_id = manifest_counts.session_id
    left join named as tags on counted.tag_id = tags.reference_id
    left join named as digests on counted.digest_id = digests.reference_id
),

-- What is said of the origin is said by the session's first request.
first_requests as (
    select
        firsts.request_order,
        firsts.chain_id,
        firsts.chain_origin_id,
        firsts.repository,
        -- One id with two times is two requests, and may begin two sessions.
        coalesce(firsts.request_identity, firsts.request_key) || chr(10) || {{ unix_microseconds('firsts.ended_at') }}
            as first_request,
        struct_pack(
            staged.host, staged.mirror_of, staged.identity_epoch, staged.origin_id, staged.endpoint_id,
            staged.previous_origin_id, staged.previous_endpoint_id, staged.origin_unlinkable, staged.client_name,
            staged.client_version, staged.client_category, staged.engine_os, staged.client_os, staged.architecture,
            staged.kernel_hint, staged.country_code, staged.asn, staged.network_operator, staged.network_type,
            staged.company, staged.company_confidence, staged.company_method, staged.cloud_provider,
            staged.cloud_region, staged.cloud_method, staged.ci_provider, staged.ci_verdict, staged.ci_reason,
            staged.can_pull
        ) as origin
    from {{ ref('int_repository_requests') }} as firsts
    inner join counted on firsts.request_order = counted.first_order
    inner join staged on firsts.request_key = staged.request_key and firsts.ended_at = staged.ended_at
),

final as (
    select
        facts.session_id,
        first_requests.chain_id,
        first_requests.chain_origin_id,
        first_requests.repository,
        facts.started_at,
        facts.ended_at,
        first_requests.first_request,
        first_requests.origin,
        {{ all_columns_but('session_id, started_at, ended_at, first_order, tag_id, digest_id', of='facts') }}
    from named_facts as facts
    inner join first_requests on facts.first_order = first_requests.request_order
)

select * from final
