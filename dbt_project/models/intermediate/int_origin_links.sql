-- Requests near an epoch's border carry both ids of their origin: this joins the two.
with requests as (
    select * from {{ ref('stg_requests') }}
),

final as (
    select distinct
        previous_origin_id,
        origin_id
    from requests
    where previous_origin_id is not null and not origin_unlinkable
)

select * from final
