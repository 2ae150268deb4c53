{#- The dimensions of the `…_by_dimension` marts: name → expression over fct_pulls. -#}
{% macro pull_dimensions() %}
    {{ return({
        'tag': 'tag',
        'platform': 'platform',
        'client_name': 'client_name',
        'client_version': "client_name || ' ' || coalesce(nullif(regexp_extract(client_version, '^([0-9]+(\\.[0-9]+)?)', 1), ''), client_version)",
        'client_category': 'client_category',
        'engine_os': 'engine_os',
        'client_os': 'client_os',
        'architecture': 'architecture',
        'country_code': 'country_code',
        'network_operator': 'network_operator',
        'network_type': 'network_type',
        'company': 'company',
        'cloud_provider': 'cloud_provider',
        'cloud_region': 'cloud_region',
        'environment': 'environment',
        'access_pattern': 'access_pattern',
    }) }}
{% endmacro %}

{#- Finished pull operations of a session: its downloads, or its version check. -#}
{% macro pulls_of_session() -%}
    case when outcome = 'version_check' then 1 else download_count end
{%- endmacro %}

{#- Measures that add up, over rows of fct_pulls. -#}
{% macro additive_measures() -%}
    cast(sum(download_count) as bigint) as download_count,
    count(*) filter (where outcome = 'download') as download_session_count,
    count(*) filter (where outcome = 'version_check') as version_check_count,
    count(*) filter (where outcome = 'interrupted') as interrupted_count,
    count(*) filter (where outcome = 'inspect') as inspect_count,
    count(*) filter (where outcome = 'artifact') as artifact_count,
    count(*) filter (where outcome = 'push') as push_count,
    count(*) filter (where outcome = 'failed') as failed_count,
    count(*) as session_count,
    cast(sum({{ pulls_of_session() }}) as bigint) as pull_count,
    -- Docker until 2024: up to two manifest GETs are one pull, HEADs are not counted.
    cast(sum(ceil(manifest_get_count / 2)) as bigint) as docker_pull_count,
    cast(sum(manifest_get_count) as bigint) as manifest_get_count,
    cast(sum(request_count) as bigint) as request_count,
    -- What is unknown may be a timer, and so may each machine of a roll-out that only looks a tag up.
    cast(coalesce(sum({{ pulls_of_session() }}) filter (where
        (
            access_pattern in ('interactive', 'ci_like')
            or (access_pattern = 'deployment' and outcome <> 'version_check')
        )
        and client_category in ('runtime', 'runtime_k8s', 'runtime_api', 'runtime_orch', 'runtime_hpc', 'dev_runtime')
    ), 0) as bigint) as invocation_count_lower_bound,
    cast(sum(bytes_sent) as bigint) as bytes_sent,
    cast(sum(body_bytes_sent) as bigint) as body_bytes_sent,
    bool_or(is_lower_bound) as is_lower_bound
{%- endmacro %}

{#- Every measure of the period marts that is a number, in the order of contract C. -#}
{% macro period_measure_names() %}
    {{ return([
        'download_count', 'version_check_count', 'interrupted_count', 'inspect_count', 'artifact_count', 'push_count',
        'failed_count', 'download_session_count', 'session_count', 'pull_count', 'docker_pull_count',
        'manifest_get_count', 'request_count', 'invocation_count_lower_bound', 'unique_origin_count',
        'unique_endpoint_count', 'bytes_sent', 'body_bytes_sent',
    ]) }}
{% endmacro %}

{#- Measures that add up, over rows of a daily mart: a longer period is the sum of its days. -#}
{% macro summed_measures() -%}
    {%- for measure in period_measure_names() if not measure.startswith('unique_') %}
    cast(sum({{ measure }}) as bigint) as {{ measure }},
    {%- endfor %}
    bool_or(is_lower_bound) as is_lower_bound
{%- endmacro %}

{#- Every measure; what is unique comes from another relation. -#}
{% macro period_measures(uniques) -%}
    {%- for measure in period_measure_names() %}
    {% if measure.startswith('unique_') -%}
        coalesce({{ uniques }}.{{ measure }}, 0) as {{ measure }},
    {%- else -%}
        {{ measure }},
    {%- endif %}
    {%- endfor %}
    is_lower_bound
{%- endmacro %}

{% macro period_of(grain, column) -%}
    cast(date_trunc('{{ grain }}', {{ column }}) as date)
{%- endmacro %}
