with source as (
    select * from {{ source('pullhouse', 'quarantine') }}
),

final as (
    select
        load_id,
        reason,
        field,
        line_count
    from source
)

select * from final
