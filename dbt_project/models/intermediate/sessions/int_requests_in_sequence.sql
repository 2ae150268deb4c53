-- Each request beside what its origin did before it for the same tag of the same repository. Each window sorts all
-- columns that it is given: only those by which sessions are told apart are here.
with requests as (
    select
        requests.request_order,
        requests.chain_id,
        requests.requested_at,
        requests.busy_until,
        requests.ordered_at,
        requests.request_kind,
        requests.method,
        requests.reference_id,
        requests.object_id,
        requests.blob_kind,
        requests.is_tag_request,
        requests.is_opening,
        requests.is_of_push,
        requests.is_of_companion,
        requests.is_success,
        requests.is_redirected,
        coalesce(untangled.lane_id, requests.lane_id) as lane_id
    from {{ ref('int_requests_in_lanes') }} as requests
    left join {{ ref('int_requests_untangled') }} as untangled on requests.request_order = untangled.request_order
),

looking as (
    select
        *,
        request_kind = 'manifest' and method = 'GET' and is_success as is_manifest_get,
        is_tag_request and method = 'HEAD' and is_success as is_look,
        last_value(case when is_tag_request then object_id end ignore nulls) over chain as asked_object_id,
        last_value(case when is_tag_request then coalesce(is_redirected, false) and object_id is null end ignore nulls)
            over chain as is_asked_blindly,
        count(*) filter (where is_tag_request) over chain as tag_request_number,
        count(*) filter (where request_kind = 'blob' and method = 'GET' and is_success) over chain as blob_count,
        count(*) filter (where request_kind = 'blob' and method = 'GET' and is_success and blob_kind = 'layer')
            over chain as layer_count
    from requests
    window chain as (
        partition by chain_id, lane_id
        order by ordered_at, request_order
        rows between unbounded preceding and current row
    )
),

-- Behind a redirecting gateway nobody sees what a tag meant: it is the digest that is asked for first after it.
blind_answers as (
    select
        request_order,
        first_value(case when is_manifest_get and not is_tag_request then reference_id end ignore nulls) over (
            partition by chain_id, lane_id, tag_request_number
            order by ordered_at, request_order
            rows between unbounded preceding and current row
        ) as first_reference_id
    from looking
    where is_asked_blindly
),

taking as (
    select
        {{ all_columns_but(
            'object_id, blob_kind, is_manifest_get, asked_object_id, is_asked_blindly, tag_request_number',
            of='looking'
        ) }},
        -- The GET that follows a look at a tag: of the tag, or of the digest that it meant.
        is_manifest_get
        and (
            is_tag_request
            or is_opening
            or object_id = asked_object_id
            or reference_id = blind_answers.first_reference_id
        ) as is_taking_up
    from looking
    left join blind_answers on looking.request_order = blind_answers.request_order
),

-- Many machines behind one address look and fetch in step: count a look as followed up only if the next seconds hold a
-- GET for it and for each later look.
looks as (
    select
        request_order,
        is_look,
        count(*) filter (where is_taking_up) over soon > count(*) filter (where is_look) over soon - 1 as is_taken_up
    from taking
    where is_look or is_taking_up
    window soon as (
        partition by chain_id, lane_id
        order by ordered_at
        range between current row and interval '{{ var('manifest_gap_seconds') }} seconds' following
    )
),

paired as (
    select
        {{ all_columns_but('is_taking_up', of='taking') }},
        coalesce(looks.is_taken_up, true) as is_taken_up
    from taking
    left join looks on taking.request_order = looks.request_order and looks.is_look
),

final as (
    select
        {{ all_columns_but('blob_count, layer_count') }},
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
        -- Blobs and layers taken since the last opening request: those taken before it do not count.
        coalesce(lag(blob_count) over chain, 0)
        - coalesce(last_value(case when is_opening then blob_count end ignore nulls) over earlier, 0)
            as before_blob_count,
        coalesce(lag(layer_count) over chain, 0)
        - coalesce(last_value(case when is_opening then layer_count end ignore nulls) over earlier, 0)
            as before_layer_count,
        max(busy_until) over earlier as before_busy_until
    from paired
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
