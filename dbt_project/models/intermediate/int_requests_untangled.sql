-- Where an origin asks for several tags at once and nothing tells which of them a digest belongs to, its place in the
-- protocol does: an image follows an index, layers follow an image. A bare HEAD of another tag in between takes nothing.
with requests as (
    select * from {{ ref('int_requests_in_lanes') }}
),

steps as (
    select
        *,
        request_kind = 'manifest' and method = 'GET' and is_success and not is_redirected and not is_of_push as is_taken,
        request_kind = 'blob' and method = 'GET' and is_success as is_blob_get,
        is_lane_guessed as is_untold
    from requests
),

kinds as (
    select
        *,
        is_taken and coalesce(manifest_kind = 'index', false) as is_index_step,
        is_taken and not is_artifact_tag and coalesce(manifest_kind, 'image') = 'image' as is_image_step,
        -- A configuration is small, and an image has one.
        is_blob_get and coalesce(
            blob_kind = 'config',
            not is_redirected and coalesce(is_complete, true) and bytes_sent < {{ var('layer_bytes') }}
        ) as is_small_blob
    from steps
),

phased as (
    select
        *,
        count(*) filter (where is_opening) over earlier as opening_count,
        last_value(case when is_tag_request then method end ignore nulls) over earlier = 'HEAD' as is_head_first,
        max(ended_at) over (
            partition by chain_origin_id, repository
            order by ordered_at, requested_at, ended_at, request_key
            rows between unbounded preceding and 1 preceding
        ) as before_ended_at
    from kinds
    window earlier as (
        partition by chain_origin_id, repository
        order by ordered_at, requested_at, ended_at, request_key
        rows between unbounded preceding and current row
    )
),

counted as (
    select
        *,
        count(*) filter (where is_blob_get) over phase as blob_count,
        count(*) filter (where is_blob_get and blob_kind = 'layer') over phase as layer_count,
        count(*) filter (where is_image_step) over phase as phase_image_count
    from phased
    window phase as (
        partition by chain_origin_id, repository, opening_count
        order by ordered_at, requested_at, ended_at, request_key
        rows between unbounded preceding and current row
    )
),

-- What comes after a rest, or after something finished, is told apart by time alone: only what overlaps is one run. An
-- image that a client asked for by HEAD first is one that it lacks; another may have been looked at only.
beside as (
    select
        *,
        requested_at - before_ended_at as idle,
        coalesce(lag(blob_count) over chain, 0) as before_blob_count,
        coalesce(lag(layer_count) over chain, 0) as before_layer_count,
        coalesce(lag(phase_image_count) over chain, 0) as before_image_count,
        coalesce(lag(is_head_first) over chain, false) as before_is_head_first
    from counted
    window chain as (
        partition by chain_origin_id, repository
        order by ordered_at, requested_at, ended_at, request_key
    )
),

ended as (
    select
        *,
        is_opening and (
            coalesce(idle > interval '1' second * {{ var('echo_gap_seconds') }}, true)
            or (
                idle >= interval '0' second
                and (
                    before_blob_count > 1
                    or before_layer_count > 0
                    or (before_image_count > 0 and before_blob_count = 0 and not before_is_head_first)
                )
            )
        ) as is_run_start
    from beside
),

in_runs as (
    select
        *,
        count(*) filter (where is_run_start) over (
            partition by chain_origin_id, repository
            order by ordered_at, requested_at, ended_at, request_key
            rows between unbounded preceding and current row
        ) as run_number
    from ended
),

counted_in_runs as (
    select
        *,
        count(*) filter (where is_index_step) over run as index_count,
        count(*) filter (where is_image_step) over run as image_count,
        count(*) filter (where is_image_step and is_untold) over run as untold_image_count,
        count(*) filter (where is_small_blob) over run as small_count,
        count(*) filter (where is_blob_get and not is_small_blob) over run as large_count
    from in_runs
    window run as (
        partition by chain_origin_id, repository, run_number
        order by ordered_at, requested_at, ended_at, request_key
        rows between unbounded preceding and current row
    )
),

-- The first index asked for gets the first image, and so on.
with_images as (
    select
        requests.* replace (
            case
                when requests.is_image_step and requests.is_untold then coalesce(indexes.lane, requests.lane)
                else requests.lane
            end as lane
        )
    from counted_in_runs as requests
    left join (select * from counted_in_runs where is_index_step) as indexes
        on
            requests.chain_origin_id = indexes.chain_origin_id
            and requests.repository = indexes.repository
            and requests.run_number = indexes.run_number
            and requests.is_image_step
            and requests.is_untold
            and indexes.index_count = least(requests.untold_image_count, requests.index_count)
),

-- The first configuration belongs to the first image; layers to each image in turn, since each wants some.
final as (
    select
        requests.* exclude (
            is_lane_guessed, is_taken, is_blob_get, is_untold, is_index_step, is_image_step, is_small_blob, opening_count,
            is_head_first, before_ended_at, blob_count, layer_count, phase_image_count, idle, before_blob_count,
            before_layer_count, before_image_count, before_is_head_first, is_run_start, run_number, index_count, image_count,
            untold_image_count, small_count, large_count
        )
        replace (coalesce(images.lane, requests.lane) as lane)
    from with_images as requests
    left join (select * from with_images where is_image_step) as images
        on
            requests.chain_origin_id = images.chain_origin_id
            and requests.repository = images.repository
            and requests.run_number = images.run_number
            and requests.is_blob_get
            and requests.is_untold
            and images.image_count = case
                when requests.is_small_blob then least(requests.small_count, requests.image_count)
                else requests.image_count - (requests.large_count - 1) % nullif(requests.image_count, 0)
            end
)

select * from final
