with refused as (
    select * from {{ ref('stg_refused_objects') }}
),

final as (
    select
        source_name,
        object_name,
        reason,
        refused_since,
        is_tried_again
    from refused
)

select * from final
