-- Which tag (or digest) each request was made for: an origin may pull two tags of a repository at once, and their
-- requests interleave (corpus.md, 16). A digest belongs to what meant it, or its index, or an image with that blob;
-- where nothing tells, to what was asked for last.
with requests as (
    select * from {{ ref('int_requests_timed') }}
),

openings as (
    select * from {{ ref('int_lane_openings') }}
),

roots as (
    select * from {{ ref('int_reference_roots') }}
),

-- Only what is no tag has to be given a lane.
sought as (
    select request_order, chain_id, ordered_at, is_tag_request, subject_id
    from requests
    where is_tag_request is not true
),

rooted as (
    select request_order, chain_id, ordered_at, subject_id as root_id
    from sought
    where not is_tag_request and subject_id is not null
    union all
    select sought.request_order, sought.chain_id, sought.ordered_at, roots.root_id
    from sought
    inner join roots on sought.subject_id = roots.reference_id and sought.subject_id <> roots.root_id
    where not sought.is_tag_request
),

-- Of two that were asked for at one moment always the same one is taken: an as-of join takes either.
openings_by_root as (
    select chain_id, root_id, ordered_at, max(lane_id) as lane_id
    from openings
    group by chain_id, root_id, ordered_at
),

openings_by_time as (
    select
        chain_id,
        ordered_at,
        max(lane_id) as lane_id,
        bool_or(is_blind) as is_blind
    from openings
    group by chain_id, ordered_at
),

candidates as (
    select * from {{ as_of(
        'rooted', 'openings_by_root', ['chain_id', 'root_id'], 'ordered_at',
        {'lane_id': 'lane_id', 'asked_at': 'ordered_at'}
    ) }}
),

meant as (
    select request_order, max_by(lane_id, (asked_at, lane_id)) as lane_id, max(asked_at) as asked_at
    from candidates
    group by request_order
),

beside_last_opening as (
    select * from {{ as_of(
        'sought', 'openings_by_time', ['chain_id'], 'ordered_at',
        {'opened_at': 'ordered_at', 'opened_lane_id': 'lane_id', 'is_last_blind': 'is_blind'}, keeps_all=true
    ) }}
),

last_asked as (
    select
        request_order,
        ordered_at,
        is_last_blind,
        case
            when ordered_at - opened_at <= interval '1' second * {{ var('lane_seconds') }} then opened_lane_id
        end as last_lane_id
    from beside_last_opening
),

given as (
    select
        last_asked.request_order,
        last_asked.last_lane_id,
        -- Trust what meant the digest only if it was asked for just now, or if no redirected tag, whose answer nobody
        -- saw, was asked for after it.
        case
            when
                last_asked.ordered_at - meant.asked_at
                <= interval '1' second * case
                    when last_asked.is_last_blind then {{ var('manifest_gap_seconds') }}
                    else {{ var('lane_seconds') }}
                end
                then meant.lane_id
        end as meant_lane_id
    from last_asked
    left join meant on last_asked.request_order = meant.request_order
),

final as (
    select
        requests.*,
        case
            -- A push has a lane of its own.
            when requests.is_of_push then 0
            when requests.is_tag_request then requests.reference_id
            else coalesce(given.meant_lane_id, given.last_lane_id)
        end as lane_id,
        not requests.is_of_push and not requests.is_tag_request and given.meant_lane_id is null as is_lane_guessed
    from requests
    left join given on requests.request_order = given.request_order
)

select * from final
