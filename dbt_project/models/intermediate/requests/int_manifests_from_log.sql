-- What the log itself tells of a manifest that the catalogue does not know, by media types, sizes and order. Learned
-- for each day from that day alone: what another day would teach would make that day dirty too (law 3).
with requests as (
    select * from {{ ref('stg_requests') }}
),

manifests as (
    select * from {{ ref('stg_manifests') }}
),

taken as (
    select
        date as observed_on,
        origin_id,
        repository,
        requested_at,
        ended_at,
        request_key,
        request_kind,
        case when reference_type = 'digest' then reference else response_digest end as object_digest,
        -- Only of what this gateway sent whole: any other size says nothing about the blob.
        case
            when status = 200 and not coalesce(is_range, false) and coalesce(is_complete, true) then body_bytes_sent
        end as whole_bytes,
        case
            when request_kind <> 'manifest' then null
            when regexp_matches(reference, '^sha256-[0-9a-f]{64}') then 'artifact'
            when response_media_type like '%image.index%' or response_media_type like '%manifest.list%' then 'index'
            when response_media_type like '%docker.distribution.manifest%' then 'image'
            -- An image, or a chart: all that is said is that it is no index.
            when response_media_type like '%image.manifest%' then 'manifest'
        end as said_kind,
        response_media_type like '%image.index%' as is_list,
        request_kind = 'manifest' and reference_type = 'tag' as is_tag_request
    from requests
    where
        repository is not null
        and method in ('GET', 'HEAD')
        and status between 200 and 399
        and request_kind in ('manifest', 'blob')
        and (method = 'GET' or request_kind = 'manifest')
),

-- A pull begins with a tag or an index: nothing after it belongs to what was before.
numbered as (
    select
        *,
        count(*) filter (where is_tag_request or said_kind = 'index') over (
            partition by observed_on, origin_id, repository
            order by requested_at, ended_at, request_key
            rows between unbounded preceding and current row
        ) as phase_number
    from taken
),

placed as (
    select
        *,
        last_value(case when said_kind = 'index' then object_digest end ignore nulls) over phase as index_digest,
        last_value(case when said_kind = 'index' then requested_at end ignore nulls) over phase as index_at,
        last_value(case when said_kind = 'artifact' and is_list then requested_at end ignore nulls) over phase
            as artifacts_at,
        last_value(
            case when request_kind = 'manifest' and coalesce(said_kind, '') <> 'index' then object_digest end
            ignore nulls
        ) over phase as image_digest
    from numbered
    window phase as (
        partition by observed_on, origin_id, repository, phase_number
        order by requested_at, ended_at, request_key
        rows between unbounded preceding and current row
    )
),

described as (
    select
        observed_on,
        object_digest as digest,
        -- Where the requests of a digest disagree about its kind, none of them is believed.
        case when count(distinct said_kind) = 1 then nullif(max(said_kind), 'manifest') end as said_kind,
        coalesce({{ list_of(
            'index_digest', distinct=true, in_order=true,
            only_where="index_digest <> object_digest and requested_at <= index_at + interval '1' second * "
            ~ var('manifest_gap_seconds')
        ) }}, []) as parents,
        -- Named by the list of signatures of another manifest.
        bool_and(coalesce(
            not is_tag_request
            and requested_at <= artifacts_at + interval '1' second * {{ var('manifest_gap_seconds') }},
            false
        )) as is_of_artifacts
    from placed
    where request_kind = 'manifest' and object_digest is not null
    group by observed_on, object_digest
),

blobs as (
    select
        observed_on,
        image_digest as digest,
        object_digest as blob_digest,
        max(whole_bytes) as blob_bytes
    from placed
    where request_kind = 'blob' and image_digest is not null and object_digest is not null
    group by observed_on, image_digest, object_digest
),

-- A configuration is small, and an image has one; a second small blob may be either.
parts as (
    select
        observed_on,
        digest,
        {{ list_of('blob_digest', in_order=true) }} as digests,
        count(*) filter (where blob_bytes < {{ var('layer_bytes') }}) as small_count,
        max(case when blob_bytes < {{ var('layer_bytes') }} then blob_digest end) as small_digest,
        coalesce({{ list_of(
            'blob_digest', in_order=true, only_where='blob_bytes >= ' ~ var('layer_bytes')
        ) }}, []) as large_digests
    from blobs
    group by observed_on, digest
),

judged as (
    select
        described.observed_on,
        described.digest,
        described.parents,
        coalesce(parts.digests, []) as digests,
        coalesce(parts.large_digests, []) as large_digests,
        case when parts.small_count = 1 and len(parts.large_digests) > 0 then parts.small_digest end as config_digest,
        -- A client takes one part of a signature, and two or more of an image: its configuration, and layers.
        case when described.is_of_artifacts and coalesce(len(parts.digests), 0) < 2 then 'artifact' else said_kind end
            as said_kind
    from described
    left join parts on described.observed_on = parts.observed_on and described.digest = parts.digest
),

final as (
    select
        judged.observed_on,
        judged.digest,
        case
            when judged.said_kind is not null then judged.said_kind
            -- An OCI manifest may be a chart; a child of an index with one configuration and layers is an image.
            when len(judged.parents) > 0 and judged.config_digest is not null then 'image'
        end as kind,
        case when coalesce(judged.said_kind <> 'artifact', true) then judged.config_digest end as config_digest,
        case when judged.said_kind = 'artifact' then judged.digests else judged.large_digests end as layers,
        judged.parents,
        'log' as source
    from judged
    left join manifests on judged.digest = manifests.digest
    where
        manifests.kind is null
        and (judged.said_kind is not null or len(judged.large_digests) + len(judged.parents) > 0)
)

select * from final
