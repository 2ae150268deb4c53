-- Who takes a token for a repository here, and asks for nothing of it here, pulls it elsewhere. A token may be taken
-- before midnight and used after it, or in the middle of a pull that began before it.
with requests as (
    select * from {{ ref('stg_requests') }}
),

tokens as (
    select
        request_key,
        ended_at,
        date,
        coalesce(previous_endpoint_id, endpoint_id) as address_id,
        reference as repository
    from requests
    where request_kind = 'token' and status between 200 and 399 and reference is not null
),

wanted as (
    select distinct date, address_id, repository
    from tokens
),

used as (
    select distinct requests.date, wanted.address_id, wanted.repository
    from requests
    inner join wanted
        on
            coalesce(requests.previous_endpoint_id, requests.endpoint_id) = wanted.address_id
            and requests.repository = wanted.repository
),

followed as (
    select distinct wanted.date, wanted.address_id, wanted.repository
    from wanted
    inner join used on wanted.address_id = used.address_id and wanted.repository = used.repository
    where used.date between wanted.date - 1 and wanted.date + 1
),

final as (
    select
        tokens.request_key,
        tokens.ended_at,
        tokens.repository
    from tokens
    left join followed
        on
            tokens.date = followed.date
            and tokens.address_id = followed.address_id
            and tokens.repository = followed.repository
    where followed.repository is null
)

select * from final
