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

{#-
    Those of them that say what a session was about, and may differ between any two sessions of an origin. The others say
    which client it is and where: most origins have one value of each in a year.
-#}
{% macro dimensions_of_use() %}
    {{ return(['tag', 'platform', 'environment', 'access_pattern']) }}
{% endmacro %}

{% macro dimensions_of_origin() %}
    {{ return(pull_dimensions() | reject('in', dimensions_of_use()) | list) }}
{% endmacro %}

{#- Their values, as columns over rows of fct_pulls. -#}
{% macro values_of_dimensions(names) -%}
    {%- for name in names %}
    coalesce({{ pull_dimensions()[name] }}, 'unknown') as value_of_{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The names of these columns, or of others that are one for each dimension. -#}
{% macro columns_of_dimensions(names, prefix='value_of_') -%}
    {%- for name in names -%}
    {{ prefix }}{{ name }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- Finished pull operations of a session: its downloads, or its version check. -#}
{% macro pulls_of_session() -%}
    case when outcome = 'version_check' then 1 else download_count end
{%- endmacro %}

{#- What one row of fct_pulls adds to a measure that adds up. -#}
{% macro measure_of_session(measure) -%}
    {%- set outcomes = {
        'download_session_count': 'download',
        'version_check_count': 'version_check',
        'interrupted_count': 'interrupted',
        'inspect_count': 'inspect',
        'artifact_count': 'artifact',
        'push_count': 'push',
        'failed_count': 'failed',
    } -%}
    {%- if measure in outcomes -%}
    case when outcome = '{{ outcomes[measure] }}' then 1 else 0 end
    {%- elif measure == 'session_count' -%}
    1
    {%- elif measure == 'pull_count' -%}
    {{ pulls_of_session() }}
    {%- elif measure == 'docker_pull_count' -%}
    {#- Docker until 2024: up to two manifest GETs are one pull, HEADs are not counted. -#}
    cast(ceil(manifest_get_count / 2) as bigint)
    {%- elif measure == 'invocation_count_lower_bound' -%}
    {#- What is unknown may be a timer, and so may each machine of a roll-out that only looks a tag up. -#}
    case
        when
            (
                access_pattern in ('interactive', 'ci_like')
                or (access_pattern = 'deployment' and outcome <> 'version_check')
            )
            and client_category in (
                'runtime', 'runtime_k8s', 'runtime_api', 'runtime_orch', 'runtime_hpc', 'dev_runtime'
            )
            then {{ pulls_of_session() }}
        else 0
    end
    {%- else -%}
    {{ measure }}
    {%- endif -%}
{%- endmacro %}

{#-
    All of them as columns. Numbers made once: the marts by dimension would else compare the same texts for each of their
    dimensions.
-#}
{% macro measures_of_session() -%}
    {%- for measure in period_measure_names() if not measure.startswith('unique_') %}
    {{ measure_of_session(measure) }} as {{ measure }},
    {%- endfor %}
    is_lower_bound
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

{#-
    Measures that add up, over rows that have them: a day is the sum of its sessions (`measures_of_session`), a longer
    period that of its days.
-#}
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
