-- What a tag may mean so that a pull of it fetches this digest.
with manifests as (
    select * from {{ ref('stg_manifests') }}
),

own_roots as (
    select digest, digest as root from manifests
    union all
    select digest, {{ each_in('parents') }} as root from manifests
),

blobs as (
    select digest as manifest, config_digest as blob from manifests
    where config_digest is not null
    union all
    select digest as manifest, {{ each_in('layers') }} as blob from manifests
),

final as (
    select digest, root from own_roots
    union
    select blobs.blob as digest, own_roots.root
    from blobs
    inner join own_roots on blobs.manifest = own_roots.digest
)

select * from final
