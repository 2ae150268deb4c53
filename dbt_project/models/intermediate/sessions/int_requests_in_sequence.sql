-- Each request beside what its origin did before it for the same tag of the same repository.
with requests as (
    select
        requests.* exclude (lane_id, is_lane_guessed, subject_id, root_id, is_artifact_tag),
        coalesce(untangled.lane_id, requests.lane_id) as lane_id
    from {{ ref('int_requests_in_lanes') }} as requests
    left join {{ ref('int_requests_untangled') }} as untangled on requests.request_order = untangled.request_order
),

looking as (
    select
        *,
        request_kind = 'manifest' and method = 'GET' and is_success as is_manifest_get,
        last_value(case when is_tag_request then object_id end ignore nulls) over chain as asked_object_id,
        last_value(case when is_tag_request then coalesce(is_redirected, false) and object_id is null end ignore nulls)
            over chain as is_asked_blindly,
        count(*) filter (where is_tag_request) over chain as tag_request_number
    from requests
    window chain as (
        partition by chain_id, lane_id
        order by ordered_at, request_order
        rows between unbounded preceding and current row
    )
),

-- Behind a redirecting gateway nobody sees what a tag meant: it is the digest that is asked for first after it.
answered as (
    select
        *,
        case
            when is_asked_blindly
                then first_value(
                    case when is_manifest_get and not is_tag_request then reference_id end ignore nulls
                ) over (
                    partition by chain_id, lane_id, tag_request_number
                    order by ordered_at, request_order
                    rows between unbounded preceding and current row
                )
        end as first_reference_id
    from looking
),

taking as (
    select
        * exclude (is_manifest_get, asked_object_id, is_asked_blindly, tag_request_number, first_reference_id),
        request_kind = 'blob' and method = 'GET' and is_success as is_blob_get,
        is_tag_request and method = 'HEAD' and is_success as is_look,
        -- The GET that follows a look at a tag: of the tag, or of the digest that it meant.
        is_manifest_get
        and (is_tag_request or is_opening or object_id = asked_object_id or reference_id = first_reference_id)
            as is_taking_up
    from answered
),

paired as (
    select
        *,
        -- Many machines behind one address look and fetch in step: count a look as followed up only if the next
        -- seconds hold a GET for it and for each later look.
        not is_look
        or count(*) filter (where is_taking_up) over soon > count(*) filter (where is_look) over soon - 1 as is_taken_up
    from taking
    window soon as (
        partition by chain_id, lane_id
        order by ordered_at
        range between current row and interval '{{ var('manifest_gap_seconds') }} seconds' following
    )
),

numbered as (
    select
        *,
        count(*) filter (where is_opening) over chain as phase_number
    from paired
    window chain as (
        partition by chain_id, lane_id
        order by ordered_at, request_order
        rows between unbounded preceding and current row
    )
),

phases as (
    select
        *,
        -- Blobs taken since the last opening request, this one included.
        count(*) filter (where is_blob_get) over phase as phase_blob_count,
        count(*) filter (where is_blob_get and blob_kind = 'layer') over phase as phase_layer_count
    from numbered
    window phase as (
        partition by chain_id, lane_id, phase_number
        order by ordered_at, request_order
        rows between unbounded preceding and current row
    )
),

final as (
    select
        * exclude (is_blob_get, is_taking_up, phase_number, phase_blob_count, phase_layer_count),
        lag(requested_at) over chain as before_requested_at,
        lag(method) over chain as before_method,
        lag(is_tag_request) over chain as before_is_tag_request,
        lag(is_success) over chain as before_is_success,
        lag(is_redirected) over chain as before_is_redirected,
        lag(reference_id) over chain as before_reference_id,
        lag(is_taken_up) over chain as before_is_taken_up,
        -- What was asked for last by GET, and what that began with.
        last_value(
            case when request_kind = 'manifest' and method = 'GET' and is_success then reference_id end ignore nulls
        ) over earlier as before_manifest_id,
        last_value(case when is_opening and method = 'GET' and is_success then reference_id end ignore nulls)
            over earlier as before_opening_id,
        coalesce(lag(phase_blob_count) over chain, 0) as before_blob_count,
        coalesce(lag(phase_layer_count) over chain, 0) as before_layer_count,
        max(busy_until) over earlier as before_busy_until
    from phases
    window
        chain as (
            partition by chain_id, lane_id
            order by ordered_at, request_order
        ),
        earlier as (
            partition by chain_id, lane_id
            order by ordered_at, request_order
            rows between unbounded preceding and 1 preceding
        )
)

select * from final
