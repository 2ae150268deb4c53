-- The requests of each session, without counting twice what a client asked once.
with requests as (
    select * from {{ ref('int_requests_sessionized') }}
),

beside as (
    select
        *,
        lag(is_redirected) over same_question as was_redirected_before,
        requested_at - lag(ended_at) over same_question as since_before,
        lead(is_redirected) over same_question as is_redirected_next,
        lead(requested_at) over same_question - ended_at as until_next
    from requests
    window same_question as (
        partition by chain_origin_id, repository, session_number, method, request_kind, reference
        order by ordered_at, requested_at, ended_at, request_key
    )
),

final as (
    select
        * exclude (was_redirected_before, since_before, is_redirected_next, until_next),
        -- The redirect led back to the gateway, which then answered: the client asked once.
        is_redirected and (
            coalesce(
                not was_redirected_before
                and since_before <= interval '1' second * {{ var('echo_gap_seconds') }},
                false
            )
            or coalesce(
                not is_redirected_next
                and until_next <= interval '1' second * {{ var('echo_gap_seconds') }},
                false
            )
        ) as is_sent_back
    from beside
)

select * from final
