-- How many times a session's blobs were delivered in full. Machines behind one address are told apart by nothing else.
with requests as (
    select * from {{ ref('int_session_requests') }}
    where
        request_kind = 'blob' and method = 'GET' and is_success and not is_sent_back
        and object_id is not null
),

answers as (
    select
        *,
        not is_redirected and (coalesce(is_range, false) or status = 206) as is_part,
        -- A log that does not tell whether an answer was broken off tells its size.
        not is_redirected
        and not coalesce(is_range, false)
        and status <> 206
        and coalesce(
            is_complete,
            body_bytes_sent >= max(body_bytes_sent) over (
                partition by session_id, object_id
            ) - {{ var('header_bytes') }},
            true
        ) as is_whole
    from requests
),

blobs as (
    select
        session_id,
        object_id,
        count(*) filter (where is_redirected) as redirected_count,
        count(*) filter (where is_whole) as whole_count,
        count(*) filter (where is_part) as part_count,
        max(body_bytes_sent) filter (where is_whole) as blob_bytes,
        -- What was broken off is resumed by a part.
        sum(body_bytes_sent) filter (where is_part or (not is_whole and not is_redirected)) as part_bytes
    from answers
    group by session_id, object_id
),

-- The log keeps no offsets. Every delivery needs each part once, and parts of other sizes are other parts.
parts as (
    select session_id, object_id, body_bytes_sent, count(*) as answer_count
    from answers
    where is_part and coalesce(is_complete, true)
    group by session_id, object_id, body_bytes_sent
),

least_repeated as (
    select session_id, object_id, min(answer_count) as answer_count
    from parts
    group by session_id, object_id
),

final as (
    select
        blobs.session_id,
        blobs.object_id,
        blobs.whole_count,
        blobs.redirected_count
        + blobs.whole_count
        + cast(case
            when blobs.part_count = 0 then 0
            when blobs.blob_bytes > 0 then floor(blobs.part_bytes / blobs.blob_bytes)
            else coalesce(least_repeated.answer_count, 0)
        end as bigint) as copy_count
    from blobs
    left join least_repeated using (session_id, object_id)
)

select * from final
