-- Requests near an epoch's border carry both ids of their origin. Joined, an origin on both sides of a border, or of
-- several, is one: under the earliest of its ids here.
with requests as (
    select * from {{ ref('stg_requests') }}
),

linkable as (
    select * from requests
    where not origin_unlinkable
),

unique_keys as {{ unique_keys('linkable') }},

final as (
    select
        id as origin_id,
        unique_key as chain_origin_id
    from unique_keys
    where level = 'origin'
)

select * from final
