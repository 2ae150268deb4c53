with manifests as (
    select * from {{ ref('stg_manifests') }}
),

configs as (
    select config_digest as digest, 'config' as blob_kind
    from manifests
    where config_digest is not null
),

layers as (
    select unnest(layers) as digest, 'layer' as blob_kind
    from manifests
    where kind = 'image'
),

blobs as (
    select * from configs
    union all
    select * from layers
),

final as (
    select digest, min(blob_kind) as blob_kind
    from blobs
    group by digest
)

select * from final
