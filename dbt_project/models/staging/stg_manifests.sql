with source as (
    select * from {{ source('pullhouse', 'manifests') }}
),

final as (
    select
        digest,
        max(kind) as kind,
        max(platform) as platform,
        max(config) as config_digest,
        max(layers) as layers,
        max(parents) as parents
    from source
    where digest is not null
    group by digest
)

select * from final
