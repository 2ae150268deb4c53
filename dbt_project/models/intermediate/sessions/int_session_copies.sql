-- How many downloads a session proves (contract C): identical machines behind one address are one session. Counted over
-- the sessions of a burst in their order, so that each machine of a fleet counts in one of them.
with bursts as (
    select * from {{ ref('int_session_bursts') }}
),

requests as (
    select * from {{ ref('int_session_requests') }}
),

blobs as (
    select * from {{ ref('int_session_blobs') }}
),

deliveries as (
    select * from {{ ref('int_blob_deliveries') }}
),

-- Few bursts are of several sessions, or took a blob more than once: only these are counted through.
crowded as (
    select bursts.burst_id
    from bursts
    left join deliveries using (session_id)
    group by bursts.burst_id
    having min(bursts.session_id) < max(bursts.session_id) or max(deliveries.copy_count) > 1
),

sessions as (
    select bursts.*
    from bursts
    inner join crowded using (burst_id)
),

copies as (
    select
        sessions.burst_id,
        sessions.started_at,
        sessions.pull_id,
        deliveries.object_id,
        blobs.blob_kind,
        deliveries.copy_count,
        sum(deliveries.copy_count) over so_far as copy_count_so_far,
        sum(deliveries.copy_count) over (
            partition by sessions.burst_id, deliveries.object_id
        ) as burst_copy_count,
        max(sessions.unknown_config_count) over (partition by sessions.burst_id) as unknown_config_count
    from sessions
    inner join deliveries using (session_id)
    inner join blobs using (session_id, object_id)
    where sessions.outcome = 'download'
    window so_far as (
        partition by sessions.burst_id, deliveries.object_id
        order by sessions.started_at, sessions.pull_id
        rows between unbounded preceding and current row
    )
),

-- Of blobs that nothing tells what they are, as many are configurations as images were taken: those that were taken
-- most, since some clients take the configuration at every look.
placed as (
    select
        *,
        dense_rank() over (
            partition by burst_id, blob_kind order by burst_copy_count desc, object_id asc
        ) as place
    from copies
),

delivered as (
    select pull_id, max(copy_count_so_far) as copy_count_so_far
    from placed
    where blob_kind = 'layer' or (blob_kind is null and place > unknown_config_count)
    group by pull_id
),

questions as (
    select
        sessions.burst_id,
        sessions.started_at,
        sessions.pull_id,
        requests.method,
        requests.reference_id,
        bool_or(requests.method = 'GET' and coalesce(requests.manifest_kind = 'image', false)) as is_of_image,
        count(*) as question_count
    from sessions
    inner join requests using (session_id)
    where requests.request_kind = 'manifest' and requests.is_success and not requests.is_sent_back
    group by
        sessions.burst_id, sessions.started_at, sessions.pull_id, requests.method, requests.reference_id
),

questions_so_far as (
    select
        *,
        bool_or(is_of_image) over (partition by burst_id) as is_image_asked_for,
        sum(question_count) over (
            partition by burst_id, method, reference_id
            order by started_at, pull_id
            rows between unbounded preceding and current row
        ) as question_count_so_far
    from questions
),

-- Each machine asks for the image's manifest before it takes layers, or at least for the tag. A client that takes a
-- layer twice (for two platforms, or again after a failure) asks for the manifest once.
askers as (
    select pull_id, max(question_count_so_far) as asker_count_so_far
    from questions_so_far
    where is_of_image = is_image_asked_for
    group by pull_id
),

so_far as (
    select
        sessions.*,
        count(*) filter (where sessions.outcome = 'download') over burst_so_far as session_count_so_far,
        least(
            max(delivered.copy_count_so_far) over burst_so_far,
            -- A burst that asked for nothing here took what it had asked for before: it proves one machine only.
            coalesce(max(askers.asker_count_so_far) over burst_so_far, 1)
        ) as copy_count_so_far
    from sessions
    left join delivered using (pull_id)
    left join askers using (pull_id)
    window burst_so_far as (
        partition by sessions.burst_id
        order by sessions.started_at, sessions.pull_id
        rows between unbounded preceding and current row
    )
),

-- Every session that is a download counts 1 at least: what it counts too much is taken from those after it.
totals as (
    select
        *,
        session_count_so_far + greatest(0, max(copy_count_so_far - session_count_so_far) over (
            partition by burst_id
            order by started_at, pull_id
            rows between unbounded preceding and current row
        )) as total_so_far
    from so_far
    where outcome = 'download'
),

counted as (
    select
        pull_id,
        total_so_far - coalesce(
            lag(total_so_far) over (partition by burst_id order by started_at, pull_id), 0
        ) as download_count
    from totals
),

final as (
    select
        bursts.pull_id,
        coalesce(counted.download_count, 1) as download_count,
        case when bursts.is_redirected then 'requested' else 'delivered' end as pull_copies_method
    from bursts
    left join counted using (pull_id)
    where bursts.outcome = 'download'
)

select * from final
