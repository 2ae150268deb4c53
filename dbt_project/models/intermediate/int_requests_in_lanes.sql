-- Which tag (or digest) each request was made for: an origin may pull two tags of a repository at once, and their
-- requests interleave (corpus.md, 16). A digest belongs to what meant it, or its index, or an image with that blob;
-- where nothing tells, to what was asked for last.
with requests as (
    select * from {{ ref('int_requests_timed') }}
),

openings as (
    select * from {{ ref('int_lane_openings') }}
),

digest_roots as (
    select * from {{ ref('int_digest_roots') }}
),

rooted as (
    select request_key, ended_at, chain_origin_id, repository, ordered_at, told_by as root
    from requests
    where not is_tag_request and told_by is not null
    union
    select
        requests.request_key, requests.ended_at, requests.chain_origin_id, requests.repository, requests.ordered_at,
        digest_roots.root
    from requests
    inner join digest_roots on requests.told_by = digest_roots.digest
    where not requests.is_tag_request
),

-- Of two that were asked for at one moment always the same one is taken: an as-of join takes either.
openings_by_root as (
    select chain_origin_id, repository, root, ordered_at, max(lane) as lane
    from openings
    group by chain_origin_id, repository, root, ordered_at
),

openings_by_time as (
    select
        chain_origin_id,
        repository,
        ordered_at,
        max(lane) as lane,
        bool_or(is_blind) as is_blind
    from openings
    group by chain_origin_id, repository, ordered_at
),

candidates as (
    select rooted.request_key, rooted.ended_at, openings_by_root.lane, openings_by_root.ordered_at as asked_at
    from rooted
    asof inner join openings_by_root
        on
            rooted.chain_origin_id = openings_by_root.chain_origin_id
            and rooted.repository = openings_by_root.repository
            and rooted.root = openings_by_root.root
            and rooted.ordered_at >= openings_by_root.ordered_at
),

meant as (
    select request_key, ended_at, max_by(lane, (asked_at, lane)) as lane, max(asked_at) as asked_at
    from candidates
    group by request_key, ended_at
),

last_asked as (
    select
        requests.*,
        last_openings.is_blind as is_last_blind,
        case
            when requests.ordered_at - last_openings.ordered_at <= interval '1' second * {{ var('lane_seconds') }}
                then last_openings.lane
        end as last_lane
    from requests
    asof left join openings_by_time as last_openings
        on
            requests.chain_origin_id = last_openings.chain_origin_id
            and requests.repository = last_openings.repository
            and requests.ordered_at >= last_openings.ordered_at
),

described as (
    select
        last_asked.* exclude (last_lane, is_last_blind),
        last_asked.last_lane,
        -- Asked for just now, or the only thing that can have meant it: a tag that a redirecting gateway
        -- answered may have meant it too.
        case
            when
                last_asked.ordered_at - meant.asked_at
                <= interval '1' second * case
                    when last_asked.is_last_blind then {{ var('manifest_gap_seconds') }}
                    else {{ var('lane_seconds') }}
                end
                then meant.lane
        end as told_lane
    from last_asked
    left join meant
        on last_asked.request_key = meant.request_key and last_asked.ended_at = meant.ended_at
),

final as (
    select
        * exclude (last_lane, told_lane),
        case
            when is_of_push then '+push'
            when is_tag_request then reference
            else coalesce(told_lane, last_lane)
        end as lane,
        not is_of_push and not is_tag_request and told_lane is null as is_lane_guessed
    from described
)

select * from final
