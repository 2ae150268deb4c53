-- Sessions in which the registry accepted a manifest: their client has an account there and may write.
with requests as (
    select * from {{ ref('int_pull_requests') }}
),

final as (
    select distinct pull_id
    from requests
    where method = 'PUT' and request_kind = 'manifest' and status between 200 and 299
)

select * from final
