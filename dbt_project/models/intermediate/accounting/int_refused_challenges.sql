-- Challenges (401) to a manifest request that the client did not answer: it had no token or a wrong one, and gave up.
with requests as (
    select * from {{ ref('stg_requests') }}
),

asked as (
    select
        *,
        lead(requested_at) over chain as next_requested_at,
        min(case when status <> 401 then requested_at end) over (
            partition by origin_id, repository
            order by requested_at, ended_at, request_key
            rows between 1 following and unbounded following
        ) as answered_at
    from requests
    where
        repository is not null
        and request_kind = 'manifest'
        and method in ('GET', 'HEAD')
        and not coalesce(regexp_matches(reference, '^sha256-[0-9a-f]{64}'), false)
    window chain as (
        partition by origin_id, repository
        order by requested_at, ended_at, request_key
    )
),

final as (
    select
        request_key,
        ended_at,
        requested_at,
        repository,
        reference,
        client_category,
        origin_id,
        origin_unlinkable as is_origin_unlinkable
    from asked
    where
        status = 401
        and not coalesce(answered_at <= requested_at + interval '1' second * {{ var('auth_answer_seconds') }}, false)
        -- The last of a run of challenges stands for all of them.
        and not coalesce(
            next_requested_at <= requested_at + interval '1' second * {{ var('manifest_gap_seconds') }}, false
        )
)

select * from final
