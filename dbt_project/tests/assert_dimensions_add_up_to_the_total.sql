{% for name in ['daily', 'weekly', 'monthly', 'yearly'] %}
    select '{{ name }}' as mart, period_start, repository, dimension
    from {{ ref('pulls_' ~ name ~ '_base') }} as totals
    inner join {{ ref('pulls_' ~ name ~ '_by_dimension_base') }} as parts using (period_start, repository)
    group by
        period_start, repository, dimension, totals.session_count, totals.download_count, totals.unique_origin_count
    having
        sum(parts.session_count) <> totals.session_count
        or sum(parts.download_count) <> totals.download_count
        or sum(parts.unique_origin_count) < totals.unique_origin_count
    {% if not loop.last %}union all{% endif %}
{% endfor %}
