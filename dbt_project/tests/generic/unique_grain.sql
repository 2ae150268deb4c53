{% test unique_grain(model, columns, rows=none) %}
-- The grain that the description states: no two rows share these columns. And what the model's `not_null` and
-- `accepted_values` tests say of single columns, in one scan: a node costs 20 ms, so that builds leave those tests out
-- (pipeline/warehouse/build.py). A build runs this in a hook of the model (macros/check_grain.sql), on the
-- `rows` that it made. Each row is a complaint.
{%- set tests = tests_of_columns(model.identifier) %}
{%- if tests %}
with counted as (
    select
        {%- for test in tests %}
        count(*) filter (where {{ test.wrong }}) as rows_of_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ rows or model }}
)
{% endif %}
select 'two rows share {{ columns | join(", ") }}' as complaint, count(*) as row_count
from {{ rows or model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{%- for test in tests %}
union all
select '{{ test.complaint }}' as complaint, rows_of_{{ loop.index }} as row_count
from counted
where rows_of_{{ loop.index }} > 0
{%- endfor %}
{% endtest %}
