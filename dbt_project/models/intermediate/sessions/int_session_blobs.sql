-- What became of each blob that a session asked for: its last attempt decides. A blob that was only refused (404, 429,
-- 5xx) was wanted too. Not so a digest that is asked for as a manifest as well: containerd tries a manifest of an
-- unknown media type as a blob first. A client that has all of a blob and asks for the rest gets 416: nothing was
-- missing.
with requests as (
    select * from {{ ref('int_session_requests') }}
),

attempts as (
    select *
    from requests
    where request_kind = 'blob' and method = 'GET' and object_id is not null and status is distinct from 416
),

manifests as (
    select distinct session_id, object_id
    from requests
    where request_kind = 'manifest' and is_success and object_id is not null
),

wanted as (
    select attempts.*
    from attempts
    left join manifests using (session_id, object_id)
    where attempts.is_success or manifests.session_id is null
),

deliveries as (
    select * from {{ ref('int_blob_deliveries') }}
),

sessions as (
    select session_id, max(requested_at) as last_requested_at
    from requests
    group by session_id
),

last_attempts as (
    select *
    from wanted
    qualify row_number() over (
        partition by session_id, object_id
        order by request_order desc
    ) = 1
),

kinds as (
    select
        session_id,
        object_id,
        max(blob_kind) as blob_kind,
        not bool_or(is_success) as is_refused,
        coalesce(bool_or(is_redirected), false) as is_redirected
    from wanted
    group by session_id, object_id
),

final as (
    select
        last_attempts.session_id,
        last_attempts.object_id,
        kinds.blob_kind,
        kinds.is_redirected,
        kinds.is_refused,
        -- A client may break off what it finds it has already, and go on (crane): only what was broken
        -- off with nothing after it is missing at the end, unless it came whole to another machine behind the address.
        coalesce(deliveries.whole_count, 0) = 0
        and not last_attempts.is_redirected
        and (
            not last_attempts.is_success
            or (
                coalesce(not last_attempts.is_complete, false)
                and last_attempts.ended_at >= sessions.last_requested_at
            )
        ) as is_undelivered
    from last_attempts
    inner join kinds using (session_id, object_id)
    left join deliveries using (session_id, object_id)
    inner join sessions using (session_id)
)

select * from final
