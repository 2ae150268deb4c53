with source as (
    select * from {{ source('pullhouse', 'plan') }}
),

final as (
    select file as source_name
    from source
    where kind = 'source'
)

select * from final
