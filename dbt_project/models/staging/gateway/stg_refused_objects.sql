with source as (
    select * from {{ source('pullhouse', 'refused') }}
),

final as (
    select
        source_name,
        object_name,
        reason,
        cast(refused_since as timestamp) as refused_since,
        is_tried_again
    from source
)

select * from final
