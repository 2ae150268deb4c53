-- Requests that say something about an image: pings, tokens and challenges do not. What the models of sessions read
-- of a request is narrow: a chain (one origin on one repository), a tag and a digest are numbers, and so is the place
-- of a request in the order of all. The texts at the end are read again only where something is published.
with requests as (
    select * from {{ ref('stg_requests') }}
    where
        repository is not null
        and status <> 401
        and request_kind in ('manifest', 'blob', 'tags', 'referrers', 'upload')
),

origin_links as (
    select * from {{ ref('int_origin_links') }}
),

companions as (
    select * from {{ ref('int_companion_requests') }}
),

named as (
    select * from {{ ref('int_references') }}
),

catalogue_tags as (
    select repository, tag, min(digest) as digest
    from {{ ref('stg_catalogue_tags') }}
    group by repository, tag
    having count(distinct digest) = 1
),

manifests_from_log as (
    select named.reference_id, manifests.observed_on, manifests.kind
    from {{ ref('int_manifests_from_log') }} as manifests
    inner join named on manifests.digest = named.name
),

blob_kinds_from_log as (
    select named.reference_id, blobs.observed_on, blobs.blob_kind
    from {{ ref('int_blob_kinds_from_log') }} as blobs
    inner join named on blobs.digest = named.name
),

acting as (
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
        requests.method in ('POST', 'PUT', 'PATCH', 'DELETE') or requests.request_kind = 'upload' as is_push
    from requests
    left join companions on requests.request_key = companions.request_key and requests.ended_at = companions.ended_at
    left join origin_links on coalesce(companions.acting_origin_id, requests.origin_id) = origin_links.origin_id
),

chains as (
    select
        chain_origin_id,
        repository,
        cast(row_number() over (order by chain_origin_id, repository) as integer) as chain_id
    from (select distinct chain_origin_id, repository from acting) as distinct_chains
),

final as (
    select
        row_number() over (order by acting.requested_at, acting.ended_at, acting.request_key) as request_order,
        chains.chain_id,
        acting.date as requested_on,
        acting.requested_at,
        acting.ended_at,
        acting.node,
        acting.request_kind,
        acting.method,
        acting.reference_type,
        referred.reference_id,
        objects.reference_id as object_id,
        -- The digest by which the lane is found: of a signature and of referrers, the digest that they belong to.
        case
            when referred.is_artifact_tag then referred.subject_id
            when acting.request_kind = 'referrers' then referred.reference_id
            else objects.reference_id
        end as subject_id,
        -- A redirecting gateway does not see what a tag means; a catalogue may say.
        coalesce(objects.reference_id, tagged.reference_id) as root_id,
        coalesce(referred.is_artifact_tag, false) as is_artifact_tag,
        acting.status,
        acting.is_success,
        acting.is_redirected,
        acting.is_push,
        acting.is_of_companion,
        acting.is_complete,
        acting.is_range,
        acting.bytes_sent,
        acting.body_bytes_sent,
        case
            when acting.request_kind <> 'manifest' then null
            when referred.is_artifact_tag then 'artifact'
            when objects.manifest_kind is not null then objects.manifest_kind
            when manifests_from_log.kind is not null then manifests_from_log.kind
            when acting.response_media_type like '%image.index%' then 'index'
            when acting.response_media_type like '%manifest.list%' then 'index'
            when acting.response_media_type like '%docker.distribution.manifest%' then 'image'
        end as manifest_kind,
        case
            when acting.request_kind <> 'blob' then null
            when objects.blob_kind is not null then objects.blob_kind
            when blob_kinds_from_log.blob_kind is not null then blob_kinds_from_log.blob_kind
            when
                acting.is_success
                and not acting.is_redirected
                and acting.body_bytes_sent >= {{ var('layer_bytes') }}
                then 'layer'
        end as blob_kind,
        -- Read again where something is published.
        acting.chain_origin_id,
        acting.repository,
        acting.request_key,
        acting.request_identity,
        acting.reference,
        acting.object_digest,
        acting.response_digest,
        -- OCI has one media type for images, attestations and artifacts.
        coalesce(acting.response_media_type like '%oci.image.manifest%', false) as is_oci_manifest,
        objects.manifest_platform
    from acting
    inner join chains
        on acting.chain_origin_id is not distinct from chains.chain_origin_id and acting.repository = chains.repository
    left join named as referred on acting.reference = referred.name
    left join named as objects on acting.object_digest = objects.name
    left join catalogue_tags on acting.repository = catalogue_tags.repository and acting.reference = catalogue_tags.tag
    left join named as tagged on catalogue_tags.digest = tagged.name
    -- What the log taught on a day holds for that day.
    left join manifests_from_log
        on objects.reference_id = manifests_from_log.reference_id and acting.date = manifests_from_log.observed_on
    left join blob_kinds_from_log
        on objects.reference_id = blob_kinds_from_log.reference_id and acting.date = blob_kinds_from_log.observed_on
)

select * from final
