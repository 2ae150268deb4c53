-- Which platforms a session took. Its layers say it, not the manifests that it read: containerd 2.1 reads all
-- manifests of an index, and takes the layers of one; an engine that has kept the manifests reads none. A layer that
-- several platforms have says nothing: then, as where no layer was taken, the image that was read says it.
with requests as (
    select * from {{ ref('int_session_requests') }}
),

manifests as (
    select * from {{ ref('stg_manifests') }}
    where kind = 'image' and platform is not null
),

blobs as (
    select * from {{ ref('int_session_blobs') }}
    where blob_kind = 'layer' and not is_refused
),

asked as (
    select distinct chain_origin_id, repository, session_number, object_digest
    from requests
    where request_kind = 'manifest' and is_success and not is_push and object_digest is not null
),

-- The images that a session read, and those of the indexes that it read or looked up.
candidates as (
    select chain_origin_id, repository, session_number, object_digest as image_digest, true as is_read
    from asked
    union all
    select
        asked.chain_origin_id, asked.repository, asked.session_number, children.child_digest as image_digest,
        false as is_read
    from asked
    inner join {{ ref('stg_manifest_children') }} as children on asked.object_digest = children.index_digest
),

images as (
    select
        candidates.chain_origin_id,
        candidates.repository,
        candidates.session_number,
        candidates.image_digest,
        any_value(manifests.platform) as platform,
        bool_or(candidates.is_read) as is_read
    from candidates
    inner join manifests on candidates.image_digest = manifests.digest
    group by candidates.chain_origin_id, candidates.repository, candidates.session_number, candidates.image_digest
),

layers as (
    select digest as image_digest, unnest(layers) as layer_digest
    from manifests
),

taken as (
    select
        images.chain_origin_id,
        images.repository,
        images.session_number,
        blobs.object_digest,
        min(images.platform) as platform,
        count(distinct images.platform) as platform_count
    from images
    inner join layers using (image_digest)
    inner join blobs
        on
            images.chain_origin_id = blobs.chain_origin_id
            and images.repository = blobs.repository
            and images.session_number = blobs.session_number
            and layers.layer_digest = blobs.object_digest
    group by images.chain_origin_id, images.repository, images.session_number, blobs.object_digest
),

told_by_layers as (
    select
        chain_origin_id,
        repository,
        session_number,
        min(platform) filter (where platform_count = 1) as platform,
        count(distinct platform) filter (where platform_count = 1) as platform_count
    from taken
    group by chain_origin_id, repository, session_number
),

told_by_manifests as (
    select
        chain_origin_id,
        repository,
        session_number,
        min(platform) filter (where is_read) as platform,
        count(distinct platform) filter (where is_read) as platform_count
    from images
    group by chain_origin_id, repository, session_number
),

final as (
    select
        chain_origin_id,
        repository,
        session_number,
        coalesce(told_by_layers.platform_count, 0) as taken_platform_count,
        case
            when told_by_layers.platform_count > 0 then told_by_layers.platform_count
            else told_by_manifests.platform_count
        end as platform_count,
        case
            when told_by_layers.platform_count = 1 then told_by_layers.platform
            when coalesce(told_by_layers.platform_count, 0) = 0 and told_by_manifests.platform_count = 1
                then told_by_manifests.platform
        end as platform
    from told_by_manifests
    left join told_by_layers using (chain_origin_id, repository, session_number)
)

select * from final
