{#- Made by `make definitions` from dbt_project/definitions/*.yml: change those, not this. -#}
{% macro pull_definitions() %}
    {{ return({
        'docker_2022': 1,
        'docker_per_architecture': 1,
        'dvp_action': 1,
        'dvp_trends': 1,
        'each_get': 1,
        'kubernetes_complete': 1,
        'odl_day': 1,
        'pullhouse_downloads': 2,
        'pullhouse_pulls': 2,
        'scarf': 1,
    }) }}
{% endmacro %}

{% macro pull_definition_queries() -%}
docker_2022 as (
    select pull_date, repository, pull_id, ceil(count(*) / 2) as pull_count
    from requests
    where request_kind = 'manifest' and method = 'GET'
    group by pull_date, repository, pull_id
),

docker_per_architecture as (
    select
        pull_date,
        repository,
        pull_id,
        greatest(
            count(distinct coalesce(object_digest, reference)) filter (
                where object_kind in ('image', 'attestation', 'manifest')
            )
            + count(distinct reference) filter (where object_kind is null and reference_type = 'digest')
            - case
                when
                    count(*) filter (where object_kind = 'index' or reference_type = 'tag') = 0
                    and count(distinct reference) filter (where object_kind is null) > 1
                    then 1
                else 0
            end,
            least(1, count(*) filter (where object_kind is null and reference_type = 'tag'))
        ) as pull_count
    from requests
    where request_kind = 'manifest' and method = 'GET'
    group by pull_date, repository, pull_id
),

dvp_action as (
    with events as (
        select
            *,
            lag(method) over session_order as before_method,
            case lag(reference_type) over session_order
                when 'tag' then lag(reference) over session_order
            end as before_tag,
            lag(object_digest) over session_order as before_digest
        from requests
        where request_kind = 'manifest' and method in ('GET', 'HEAD')
        window session_order as (partition by pull_id order by request_number)
    ),

    judged as (
        select
            *,
            method = 'GET' and before_method = 'HEAD'
            and (
                before_tag = reference
                or (reference_type = 'digest' and coalesce(before_digest, reference) = reference)
            ) as follows_head,
            method = 'GET' and before_method = 'GET'
            and reference_type = 'digest' and coalesce(before_digest, '') <> reference as follows_get
        from events
    ),

    runs as (
        select
            *,
            coalesce(lead(follows_head) over session_order, false) as is_followed,
            count(*) filter (where not coalesce(follows_get, false)) over session_order as run_number
        from judged
        window session_order as (partition by pull_id order by request_number)
    ),

    starts as (
        select
            *,
            row_number() over (partition by pull_id, run_number order by request_number) as number_in_run,
            case when follows_head and before_tag is not null then 'tag' else reference_type end as started_by
        from runs
    ),

    actions as (
        select
            pull_date,
            repository,
            pull_id,
            case
                when method = 'HEAD' and reference_type = 'tag' then 'version_check'
                when started_by = 'tag' then 'pull_by_tag'
                else 'pull_by_digest'
            end as action
        from starts
        -- In a run of GETs, each of another digest than the one before, every second one ends an action.
        where (method = 'HEAD' and not is_followed) or (method = 'GET' and number_in_run % 2 = 1)
    )

    select *, case action when 'version_check' then 0 else 1 end as pull_count
    from actions
),

dvp_trends as (
    select pull_date, repository, pull_id, 1 as pull_count
    from dvp_action
),

each_get as (
    select pull_date, repository, pull_id, 1 as pull_count
    from requests
    where request_kind = 'manifest' and method = 'GET'
),

kubernetes_complete as (
    select pull_date, repository, pull_id, 1 as pull_count
    from requests
    group by pull_date, repository, pull_id
    having
        count(*) filter (where request_kind = 'manifest') > 0
        and count(*) filter (where request_kind = 'blob') > 0
),

odl_day as (
    select distinct pull_date, repository, endpoint_id, origin_id, client_version, 1 as pull_count
    from requests
    where request_kind = 'manifest' and method = 'GET'
),

pullhouse_downloads as (
    select pull_date, repository, pull_id, download_count as pull_count
    from sessions
    where outcome = 'download'
),

pullhouse_pulls as (
    select pull_date, repository, pull_id, pull_count
    from pullhouse_downloads
    union all
    select pull_date, repository, pull_id, 1 as pull_count
    from sessions
    where outcome = 'version_check'
),

scarf as (
    select distinct pull_date, repository, pull_id, 1 as pull_count
    from requests
    where request_kind = 'manifest' and method = 'GET'
)
{%- endmacro %}
