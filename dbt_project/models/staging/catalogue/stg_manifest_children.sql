with source as (
    select * from {{ source('pullhouse', 'manifests') }}
),

final as (
    select
        {{ each_in('parents') }} as index_digest,
        digest as child_digest,
        max(platform) as platform
    from source
    where digest is not null
    group by index_digest, child_digest
)

select * from final
