with source as (
    select * from {{ source('pullhouse', 'catalogue_tags') }}
),

final as (
    select distinct repository, tag, digest
    from source
    where repository is not null and tag is not null and digest is not null
)

select * from final
