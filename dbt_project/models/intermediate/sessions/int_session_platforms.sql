-- Which platforms a session took. Its layers say it, not the manifests that it read: containerd 2.1 reads all
-- manifests of an index, and takes the layers of one; an engine that has kept the manifests reads none. A layer that
-- several platforms have says nothing: then, as where no layer was taken, the image that was read says it.
with requests as (
    select * from {{ ref('int_session_requests') }}
),

named as (
    select * from {{ ref('int_references') }}
),

manifests as (
    select named.reference_id as image_id, manifests.platform, manifests.layers
    from {{ ref('stg_manifests') }} as manifests
    inner join named on manifests.digest = named.name
    where manifests.kind = 'image' and manifests.platform is not null
),

blobs as (
    select * from {{ ref('int_session_blobs') }}
    where blob_kind = 'layer' and not is_refused
),

asked as (
    select distinct session_id, object_id
    from requests
    where request_kind = 'manifest' and is_success and not is_push and object_id is not null
),

children as (
    select indexes.reference_id as index_id, images.reference_id as image_id
    from {{ ref('stg_manifest_children') }} as children
    inner join named as indexes on children.index_digest = indexes.name
    inner join named as images on children.child_digest = images.name
),

-- The images that a session read, and those of the indexes that it read or looked up.
candidates as (
    select session_id, object_id as image_id, true as is_read
    from asked
    union all
    select asked.session_id, children.image_id, false as is_read
    from asked
    inner join children on asked.object_id = children.index_id
),

images as (
    select
        candidates.session_id,
        candidates.image_id,
        any_value(manifests.platform) as platform,
        bool_or(candidates.is_read) as is_read
    from candidates
    inner join manifests on candidates.image_id = manifests.image_id
    group by candidates.session_id, candidates.image_id
),

layers as (
    select image_layers.image_id, named.reference_id as layer_id
    from (select image_id, {{ each_in('layers') }} as layer_digest from manifests) as image_layers
    inner join named on image_layers.layer_digest = named.name
),

taken as (
    select
        images.session_id,
        blobs.object_id,
        min(images.platform) as platform,
        count(distinct images.platform) as platform_count
    from images
    inner join layers on images.image_id = layers.image_id
    inner join blobs on images.session_id = blobs.session_id and layers.layer_id = blobs.object_id
    group by images.session_id, blobs.object_id
),

told_by_layers as (
    select
        session_id,
        min(platform) filter (where platform_count = 1) as platform,
        count(distinct platform) filter (where platform_count = 1) as platform_count
    from taken
    group by session_id
),

told_by_manifests as (
    select
        session_id,
        min(platform) filter (where is_read) as platform,
        count(distinct platform) filter (where is_read) as platform_count
    from images
    group by session_id
),

final as (
    select
        session_id,
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
    left join told_by_layers using (session_id)
)

select * from final
