{#-
    At the end of a run: what the failed tests of a grain say, one row a complaint, for the message of the build
    (pipeline/warehouse/build.py). Their tables are gone when dbt ends.
-#}
{% macro write_complaints(results) -%}
    {%- set failed = [] -%}
    {%- for result in results if result.status == 'fail' and '.unique_grain_' in result.node.unique_id -%}
        {%- set _ = failed.append(result.node) -%}
    {%- endfor -%}
    {%- if failed -%}
    copy (
        {%- for node in failed %}
        select '{{ node.unique_id }}' as test, complaint from ({{ node.compiled_code }}) as complaints
        {{- ' union all' if not loop.last }}
        {%- endfor %}
    ) to 'dbt/complaints.parquet' (format parquet)
    {%- endif -%}
{%- endmacro %}
