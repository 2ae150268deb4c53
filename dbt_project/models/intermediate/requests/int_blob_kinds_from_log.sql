with manifests as (
    select * from {{ ref('int_manifests_from_log') }}
),

blobs as (
    select observed_on, config_digest as digest, 'config' as blob_kind
    from manifests
    where config_digest is not null
    union all
    -- A signature has parts too, which are nothing that an image is made of, however large.
    select
        observed_on,
        {{ each_in('layers') }} as digest,
        case when kind = 'artifact' then 'other' else 'layer' end as blob_kind
    from manifests
),

-- What looks like a configuration in one image and is a layer in another is a layer: there its size was known.
final as (
    select
        observed_on,
        digest,
        case
            when bool_or(blob_kind = 'layer') then 'layer'
            when bool_or(blob_kind = 'config') then 'config'
            else 'other'
        end as blob_kind
    from blobs
    group by observed_on, digest
)

select * from final
