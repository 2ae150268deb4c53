-- Requests of an agent that acts for another one (seeds/client_companions): apptainer sends a HEAD and has its library
-- fetch the rest; containerd pulls, and its snapshotter reads layers while the container runs. They belong to the
-- nearest request before them of the agent that they act for, from the same endpoint and for the same repository.
with requests as (
    select * from {{ ref('stg_requests') }}
    where repository is not null and endpoint_id is not null
),

companions as (
    select
        coalesce(companion, '') as companion,
        principal,
        within_seconds
    from {{ ref('client_companions') }}
),

principals as (
    select distinct principal from companions
),

placed as (
    select
        requests.request_key,
        requests.ended_at,
        requests.requested_at,
        requests.endpoint_id,
        requests.repository,
        companions.principal,
        companions.within_seconds,
        cast(null as bigint) as principal_origin_id
    from requests
    inner join companions on coalesce(requests.client_name, '') = companions.companion
    union all
    select
        requests.request_key,
        requests.ended_at,
        requests.requested_at,
        requests.endpoint_id,
        requests.repository,
        principals.principal,
        null as within_seconds,
        requests.origin_id as principal_origin_id
    from requests
    inner join principals on requests.client_name = principals.principal
),

before as (
    select
        *,
        last_value(principal_origin_id ignore nulls) over earlier as acting_origin_id,
        max(case when principal_origin_id is not null then requested_at end) over earlier as principal_requested_at
    from placed
    window earlier as (
        partition by endpoint_id, repository, principal
        order by requested_at, ended_at, request_key
        rows between unbounded preceding and 1 preceding
    )
),

final as (
    select
        request_key,
        ended_at,
        max_by(acting_origin_id, (principal_requested_at, principal)) as acting_origin_id
    from before
    where
        within_seconds is not null
        and requested_at - principal_requested_at <= interval '1' second * within_seconds
    group by request_key, ended_at
)

select * from final
