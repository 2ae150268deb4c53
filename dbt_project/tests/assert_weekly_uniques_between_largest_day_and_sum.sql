-- An origin of the week was there on one day at least, and counts once however many days it was there.
{% for name, grain in [('weekly', 'week'), ('monthly', 'month'), ('yearly', 'year')] %}
    select '{{ name }}' as mart, periods.period_start, periods.repository
    from {{ ref('pulls_' ~ name ~ '_base') }} as periods
    inner join {{ ref('pulls_daily_base') }} as days
        on
            periods.repository = days.repository
            and periods.period_start = {{ period_of(grain, 'days.period_start') }}
    group by periods.period_start, periods.repository, periods.unique_origin_count, periods.download_count
    having
        periods.unique_origin_count not between max(days.unique_origin_count) and sum(days.unique_origin_count)
        or periods.download_count <> sum(days.download_count)
    {% if not loop.last %}union all{% endif %}
{% endfor %}
