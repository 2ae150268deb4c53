{% test unique_grain(model, columns) %}
-- The grain that the description states: no two rows share these columns.
select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
