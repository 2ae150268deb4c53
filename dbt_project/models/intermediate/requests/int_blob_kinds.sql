with manifests as (
    select * from {{ ref('stg_manifests') }}
),

configs as (
    select config_digest as digest, 'config' as blob_kind
    from manifests
    where config_digest is not null
),

layers as (
    -- Attestations and charts have layers too, which are nothing that an image is made of, however large.
    select
        {{ each_in('layers') }} as digest,
        case when kind = 'image' then 'layer' else 'other' end as blob_kind
    from manifests
    where kind is not null
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
