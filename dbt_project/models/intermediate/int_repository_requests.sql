-- Requests that say something about an image: pings, tokens and challenges do not.
with requests as (
    select * from {{ ref('stg_requests') }}
),

manifests as (
    select * from {{ ref('stg_manifests') }}
),

blob_kinds as (
    select * from {{ ref('int_blob_kinds') }}
),

manifests_from_log as (
    select * from {{ ref('int_manifests_from_log') }}
),

blob_kinds_from_log as (
    select * from {{ ref('int_blob_kinds_from_log') }}
),

origin_links as (
    select * from {{ ref('int_origin_links') }}
),

clients as (
    select * from {{ ref('int_clients') }}
),

companions as (
    select * from {{ ref('int_companion_requests') }}
),

described as (
    select
        requests.*,
        -- An origin's requests on both sides of an epoch's border form one chain.
        coalesce(origin_links.chain_origin_id, companions.acting_origin_id, requests.origin_id) as chain_origin_id,
        companions.acting_origin_id is not null as is_of_companion,
        case
            when requests.request_kind not in ('manifest', 'blob') then null
            when requests.reference_type = 'digest' then requests.reference
            else requests.response_digest
        end as object_digest,
        requests.status between 200 and 399 as is_success,
        requests.status between 300 and 399 and requests.status <> 304 as is_redirected,
        requests.method in ('POST', 'PUT', 'PATCH', 'DELETE') or requests.request_kind = 'upload' as is_push,
        coalesce(clients.can_pull, false) as can_pull
    from requests
    left join companions on requests.request_key = companions.request_key and requests.ended_at = companions.ended_at
    left join origin_links on coalesce(companions.acting_origin_id, requests.origin_id) = origin_links.origin_id
    left join clients on requests.client_name = clients.client_name
    where
        requests.repository is not null
        and requests.status <> 401
        and requests.request_kind in ('manifest', 'blob', 'tags', 'referrers', 'upload')
),

final as (
    select
        described.*,
        manifests.platform as manifest_platform,
        case
            when described.request_kind <> 'manifest' then null
            when regexp_matches(described.reference, '^sha256-[0-9a-f]{64}') then 'artifact'
            when manifests.kind is not null then manifests.kind
            when manifests_from_log.kind is not null then manifests_from_log.kind
            when described.response_media_type like '%image.index%' then 'index'
            when described.response_media_type like '%manifest.list%' then 'index'
            when described.response_media_type like '%docker.distribution.manifest%' then 'image'
        end as manifest_kind,
        case
            when described.request_kind <> 'blob' then null
            when blob_kinds.blob_kind is not null then blob_kinds.blob_kind
            when blob_kinds_from_log.blob_kind is not null then blob_kinds_from_log.blob_kind
            when
                described.is_success
                and not described.is_redirected
                and described.bytes_sent >= {{ var('layer_bytes') }}
                then 'layer'
        end as blob_kind
    from described
    left join manifests on described.object_digest = manifests.digest
    left join blob_kinds on described.object_digest = blob_kinds.digest
    -- What the log taught on a day holds for that day.
    left join manifests_from_log
        on described.object_digest = manifests_from_log.digest and described.date = manifests_from_log.observed_on
    left join blob_kinds_from_log
        on described.object_digest = blob_kinds_from_log.digest and described.date = blob_kinds_from_log.observed_on
)

select * from final
