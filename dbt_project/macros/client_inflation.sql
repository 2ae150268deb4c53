{#-
    How many manifest requests stand for one image that one origin came for, by client and version.
    grain: `day` (over all repositories) or `week` (by repository, and `*` for all). A week may lie across a border of
    key epochs: there, an origin counts once.
-#}
{% macro client_inflation(grain) %}
{%- set is_week = grain == 'week' -%}
{%- set period = 'period_start' if is_week else 'pull_date' -%}
{%- set is_old = version_rank('counted.version') ~ ' < ' ~ version_rank('behaviours.fixed_version') -%}
{%- set keys = ([period, 'repository'] if is_week else [period]) | join(', ') -%}
with pulls as (
    select * from {{ ref('fct_pulls_base') }}
    where
        {{ period_of(grain, 'pull_date') }} in {{ planned(grain) }}
        and outcome in ('download', 'version_check')
),

behaviours as (
    select * from {{ ref('client_behaviour') }}
),

versioned as (
    select
        pulls.outcome,
        pulls.download_count,
        pulls.manifest_get_count,
        pulls.manifest_head_count,
        pulls.repository as image,
        {% if is_week -%}
        {{ period_of(grain, 'pulls.pull_date') }} as period_start,
        {{ each_of('pulls.repository', "'*'") }} as repository,
        {{ unique_key('origin', 'pulls') }} as origin_id,
        {%- else -%}
        pulls.pull_date,
        pulls.origin_id,
        {%- endif %}
        coalesce(pulls.client_name, 'unknown') as client,
        coalesce({{ short_version('pulls.client_version') }}, 'unknown') as version,
        -- Without a digest (a redirecting gateway) the tag stands for what was meant.
        coalesce(pulls.digest, pulls.tag, '') as object
    from pulls
    {% if is_week -%}
    {{ join_unique_keys('pulls', ref('int_unique_keys')) }}
    {% endif -%}
    -- Under a throw-away key each digest would look as if it were new to its origin.
    where not coalesce(pulls.is_origin_unlinkable, false)
),

objects as (
    select
        {{ keys }},
        client,
        version,
        origin_id,
        image,
        object,
        sum({{ pulls_of_session() }}) as pull_count,
        sum(manifest_get_count + manifest_head_count) as manifest_request_count,
        sum(manifest_get_count) as manifest_get_count
    from versioned
    group by {{ keys }}, client, version, origin_id, image, object
),

counted as (
    select
        {{ keys }},
        client,
        version,
        sum(manifest_request_count) as manifest_request_count,
        sum(manifest_get_count) as manifest_get_count,
        sum(pull_count) as pull_count,
        count(*) as object_count,
        count(distinct origin_id) as unique_origin_count
    from objects
    group by {{ keys }}, client, version
),

final as (
    select
        {{ keys }},
        counted.client as client_name,
        counted.version as client_version,
        cast(counted.manifest_request_count as bigint) as manifest_request_count,
        cast(counted.manifest_get_count as bigint) as manifest_get_count,
        cast(counted.pull_count as bigint) as pull_count,
        cast(counted.object_count as bigint) as object_count,
        cast(counted.unique_origin_count as bigint) as unique_origin_count,
        round(counted.manifest_request_count / counted.pull_count, 4) as requests_per_pull,
        round(counted.pull_count / counted.object_count, 4) as pulls_per_object,
        round(counted.manifest_request_count / counted.object_count, 4) as inflation,
        coalesce({{ is_old }}, false) as is_old_client,
        case when {{ is_old }} then behaviours.behaviour end as old_behaviour,
        counted.pull_count >= {{ var('inflation_pulls') }}
        and counted.unique_origin_count >= {{ var('inflation_origins') }} as is_reliable
    from counted
    left join behaviours on counted.client = behaviours.client_name
)

select * from final
{% endmacro %}
