-- Where an origin asks for several tags at once and no digest tells which of them a request belongs to, the request's
-- place in the protocol does: an image follows an index, layers follow an image. A bare HEAD of another tag takes
-- nothing. Each day is judged from that day alone: what was tangled days ago may not have been read (law 3). Only the
-- requests of such days are here: few chains ask for more than one tag at once.
with requests as (
    select
        *,
        cast(requested_at as date) as requested_on
    from {{ ref('int_requests_in_lanes') }}
),

tangled as (
    select chain_id, requested_on
    from requests
    group by chain_id, requested_on
    having bool_or(is_lane_guessed) and min(lane_id) <> max(lane_id)
),

marked as (
    select
        requests.*,
        request_kind = 'manifest' and method = 'GET' and is_success and not is_redirected and not is_of_push
        and not is_artifact_tag as is_seen_manifest,
        request_kind = 'blob' and method = 'GET' and is_success as is_blob_get
    from requests
    inner join tangled using (chain_id, requested_on)
),

steps as (
    select
        *,
        is_seen_manifest and coalesce(manifest_kind = 'index', false) as is_index_step,
        -- The digest that a tag was just answered with is no other image.
        is_seen_manifest and coalesce(manifest_kind = 'image', true)
        and coalesce(object_id <> lag(case when is_seen_manifest then object_id end) over (
            partition by chain_id, requested_on
            order by ordered_at, request_order
        ), true) as is_image_step,
        -- A configuration is small, and an image has one.
        is_blob_get and coalesce(
            blob_kind = 'config',
            not is_redirected and coalesce(is_complete, true) and body_bytes_sent < {{ var('layer_bytes') }}
        ) as is_small_blob
    from marked
),

phased as (
    select
        *,
        count(*) filter (where is_opening) over so_far as opening_count,
        last_value(case when is_tag_request then method end ignore nulls) over so_far = 'HEAD' as is_head_first,
        max(busy_until) over (
            partition by chain_id, requested_on
            order by ordered_at, request_order
            rows between unbounded preceding and 1 preceding
        ) as before_busy_until
    from steps
    window so_far as (
        partition by chain_id, requested_on
        order by ordered_at, request_order
        rows between unbounded preceding and current row
    )
),

counted_in_phase as (
    select
        *,
        count(*) filter (where is_blob_get) over phase as phase_blob_count,
        count(*) filter (where is_blob_get and blob_kind = 'layer') over phase as phase_layer_count,
        count(*) filter (where is_image_step) over phase as phase_image_count
    from phased
    window phase as (
        partition by chain_id, requested_on, opening_count
        order by ordered_at, request_order
        rows between unbounded preceding and current row
    )
),

beside as (
    select
        *,
        requested_at - before_busy_until as idle,
        lag(phase_layer_count > 0 or phase_blob_count > 1) over chain as is_after_layers,
        -- An image that was asked for by HEAD first is one that the client lacks: its blobs are still to come.
        lag(phase_image_count > 0 and phase_blob_count = 0 and not coalesce(is_head_first, false)) over chain
            as is_after_a_look
    from counted_in_phase
    window chain as (
        partition by chain_id, requested_on
        order by ordered_at, request_order
    )
),

-- A request after a rest, or after a finished image, begins a new run: time already separates the images of two runs.
in_runs as (
    select
        *,
        count(*) filter (
            where is_opening and coalesce(
                idle > interval '1' second * {{ var('echo_gap_seconds') }}
                or (idle >= interval '0' second and (is_after_layers or is_after_a_look)),
                true
            )
        ) over (
            partition by chain_id, requested_on
            order by ordered_at, request_order
            rows between unbounded preceding and current row
        ) as run_number
    from beside
),

counted_in_run as (
    select
        *,
        count(*) filter (where is_index_step) over run as index_count,
        count(*) filter (where is_image_step) over run as image_count,
        count(*) filter (where is_image_step and is_lane_guessed) over run as guessed_image_count,
        count(*) filter (where is_small_blob) over run as small_count,
        max(case when is_small_blob then requested_at end) over run as small_at,
        count(*) filter (where is_blob_get and not is_small_blob) over run as large_count
    from in_runs
    window run as (
        partition by chain_id, requested_on, run_number
        order by ordered_at, request_order
        rows between unbounded preceding and current row
    )
),

indexes as (
    select chain_id, requested_on, run_number, index_count as step_number, lane_id
    from counted_in_run
    where is_index_step
),

-- The first index that was asked for gets the first image, and so on.
with_images as (
    select
        {{ all_columns_but('lane_id', of='requests') }},
        coalesce(indexes.lane_id, requests.lane_id) as lane_id
    from counted_in_run as requests
    left join indexes
        on
            requests.chain_id = indexes.chain_id
            and requests.requested_on = indexes.requested_on
            and requests.run_number = indexes.run_number
            and requests.is_image_step
            and requests.is_lane_guessed
            and indexes.step_number = least(requests.guessed_image_count, requests.index_count)
),

images as (
    select chain_id, requested_on, run_number, image_count as step_number, lane_id
    from with_images
    where is_image_step
),

-- The first configuration is the first image's. A layer that is asked for beside a configuration (docker asks for both
-- at once) belongs to the same image; other layers are dealt to the images in turn.
final as (
    select
        requests.request_order,
        coalesce(images.lane_id, requests.lane_id) as lane_id
    from with_images as requests
    left join images
        on
            requests.chain_id = images.chain_id
            and requests.requested_on = images.requested_on
            and requests.run_number = images.run_number
            and requests.is_blob_get
            and requests.is_lane_guessed
            and images.step_number = case
                when
                    requests.is_small_blob
                    or requests.requested_at - requests.small_at
                    <= interval '1' second * {{ var('beside_configuration_seconds') }}
                    then least(requests.small_count, requests.image_count)
                else requests.image_count - (requests.large_count - 1) % nullif(requests.image_count, 0)
            end
)

select * from final
