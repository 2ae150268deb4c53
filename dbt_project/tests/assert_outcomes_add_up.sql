{% for name in ['daily', 'weekly', 'monthly', 'yearly'] %}
    select '{{ name }}' as mart, period_start, repository
    from {{ ref('pulls_' ~ name ~ '_base') }}
    where
        session_count <> download_session_count + version_check_count + interrupted_count + inspect_count
        + artifact_count + push_count + failed_count
        or pull_count <> download_count + version_check_count
        or download_count < download_session_count
    {% if not loop.last %}union all{% endif %}
{% endfor %}
