-- How often the most repeated manifest of a session was fetched: identical machines behind one address.
with requests as (
    select * from {{ ref('int_session_requests') }}
),

repeats as (
    select chain_origin_id, repository, session_number, reference, count(*) as get_count
    from requests
    where request_kind = 'manifest' and method = 'GET' and is_success and not is_sent_back
    group by chain_origin_id, repository, session_number, reference
),

final as (
    select chain_origin_id, repository, session_number, max(get_count) as most_repeated_get_count
    from repeats
    group by chain_origin_id, repository, session_number
)

select * from final
