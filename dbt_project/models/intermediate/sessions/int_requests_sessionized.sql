-- The window of contract C lives here and nowhere else: where one session ends and the next begins.
with requests as (
    select * from {{ ref('int_requests_in_sequence') }}
),

measured as (
    select
        *,
        requested_at - greatest(before_busy_until, before_requested_at) as idle,
        -- Layers were taken since the last opening request: two blobs are a configuration and a layer.
        before_layer_count > 0 or before_blob_count > 1 as is_after_layers
    from requests
),

judged as (
    select
        *,
        case
            -- Whether it ever asked before is not known: only two days before the planned ones are read.
            when before_requested_at is null then 'idle'
            -- What is read for a container that runs belongs to the pull that started it.
            when request_kind = 'blob' and is_of_companion then null
            when (request_kind = 'blob' or is_of_push) and idle > interval '1' second * {{ var('blob_gap_seconds') }}
                then 'idle'
            -- A push ends with its tag. Other tags of what was pushed may follow.
            when
                is_of_push and request_kind <> 'manifest'
                and before_method = 'PUT' and before_is_tag_request and before_is_success
                then 'pushed'
            when request_kind = 'blob' or is_of_push then null
            when idle > interval '1' second * {{ var('manifest_gap_seconds') }} then 'idle'
            when request_kind <> 'manifest' then null
            -- While layers are still on their way, it is another machine behind the same address.
            when is_after_layers and is_opening and idle >= interval '0' second
                then 'after layers'
            -- Not answered yet: the same question again is a retry.
            when before_reference_id = reference_id and not before_is_success then null
            -- A redirecting gateway that the client was sent back to.
            when
                before_reference_id = reference_id and before_method = method
                and before_is_redirected <> is_redirected
                and idle <= interval '1' second * {{ var('echo_gap_seconds') }}
                then null
            when
                is_look and is_taken_up and before_is_taken_up
                and idle <= interval '1' second * {{ var('echo_gap_seconds') }}
                then null
            when method = 'HEAD' and (is_tag_request or before_method = 'HEAD') then 'head'
            -- The same tag or digest once more after a pause: the next look (podman, cri-o). cri-o up to 1.30 asks
            -- twice within one pull, but at once.
            when
                method = 'GET' and reference_id in (before_opening_id, before_manifest_id)
                and idle >= interval '1' second * {{ var('look_gap_seconds') }}
                then 'again'
        end as boundary
    from measured
),

bounded as (
    select
        *,
        max(case when boundary is not null then requested_at end) over (
            partition by chain_id, lane_id
            order by ordered_at, request_order
            rows between unbounded preceding and current row
        ) as natural_start_at
    from judged
),

cut as (
    select
        *,
        case
            when boundary is not null then boundary
            when
                cast(requested_at as date) > cast(before_requested_at as date)
                and natural_start_at
                < date_trunc('day', requested_at) - interval '1' hour * {{ var('midnight_cut_hours') }}
                then 'midnight'
        end as session_start
    from bounded
),

-- A session has the number of the request that it begins with.
final as (
    select
        request_order,
        lane_id,
        session_start,
        last_value(case when session_start is not null then request_order end ignore nulls) over (
            partition by chain_id, lane_id
            order by ordered_at, request_order
            rows between unbounded preceding and current row
        ) as session_id
    from cut
)

select * from final
