-- The requests of each session, without counting twice what a client asked once.
with requests as (
    select
        {{ all_columns_but(
            'lane_id, is_lane_guessed, subject_id, root_id, is_artifact_tag, busy_until', of='requests'
        ) }},
        sessions.lane_id,
        sessions.session_start,
        sessions.session_id
    from {{ ref('int_requests_in_lanes') }} as requests
    inner join {{ ref('int_requests_sessionized') }} as sessions on requests.request_order = sessions.request_order
),

-- Only a question that was answered both by a redirect and without one can have been sent back.
questions as (
    select session_id, method, request_kind, reference_id
    from requests
    group by session_id, method, request_kind, reference_id
    having bool_or(is_redirected) and bool_or(not is_redirected)
),

beside as (
    select
        requests.request_order,
        requests.is_redirected,
        lag(requests.is_redirected) over same_question as was_redirected_before,
        requests.requested_at - lag(requests.ended_at) over same_question as since_before,
        lead(requests.is_redirected) over same_question as is_redirected_next,
        lead(requests.requested_at) over same_question - requests.ended_at as until_next
    from requests
    inner join questions
        on
            requests.session_id = questions.session_id
            and requests.method = questions.method
            and requests.request_kind = questions.request_kind
            and requests.reference_id is not distinct from questions.reference_id
    window same_question as (
        partition by requests.session_id, requests.method, requests.request_kind, requests.reference_id
        order by requests.ordered_at, requests.request_order
    )
),

-- The redirect led back to the gateway, which then answered: the client asked once.
sent_back as (
    select request_order
    from beside
    where
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
        )
),

final as (
    select
        requests.*,
        sent_back.request_order is not null as is_sent_back
    from requests
    left join sent_back on requests.request_order = sent_back.request_order
)

select * from final
