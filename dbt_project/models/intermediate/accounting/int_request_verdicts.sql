-- What became of every distinct line: counted, or why not. A line is judged on its own day.
with requests as (
    select * from {{ ref('stg_requests') }}
),

pull_requests as (
    select * from {{ ref('int_pull_requests') }}
),

sessions as (
    select * from {{ ref('int_sessions') }}
),

answers as (
    select
        pull_id,
        count(*) filter (where is_success) > 0
        and count(*) filter (where is_success and not is_redirected) = 0 as is_redirect_only
    from pull_requests
    group by pull_id
),

in_sessions as (
    select
        pull_requests.request_key,
        pull_requests.ended_at,
        sessions.outcome,
        answers.is_redirect_only
    from pull_requests
    inner join sessions using (pull_id)
    inner join answers using (pull_id)
),

final as (
    select
        requests.request_key,
        requests.ended_at,
        requests.date as requested_on,
        requests.repository,
        case
            when requests.request_kind = 'token' then 'token'
            when requests.status = 401 then 'challenge'
            when requests.request_kind = 'ping' then 'ping'
            when requests.request_kind = 'tags' then 'tag_list'
            -- A download that is no image: `other` has a repository in this case alone (setting file_paths).
            when
                requests.request_kind = 'other' and requests.repository is not null
                and requests.method = 'GET' and requests.status between 200 and 399 and requests.status <> 304
                then 'file'
            when in_sessions.outcome in ('download', 'version_check') then 'counted'
            -- The client was sent elsewhere, and nothing that counts came of it.
            when in_sessions.outcome = 'inspect' and in_sessions.is_redirect_only then 'redirect'
            when in_sessions.outcome is not null then in_sessions.outcome
            when requests.status between 300 and 399 then 'redirect'
            else 'junk'
        end as verdict
    from requests
    left join in_sessions using (request_key, ended_at)
)

select * from final
