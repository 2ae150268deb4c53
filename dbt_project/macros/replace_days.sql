{#-
    The one incremental strategy (law 3): delete the planned periods, insert what was built for them.
    A planned period that has become empty loses its old rows, which a strategy by key would keep.
    The model names its grain and period column in `meta`, and there too how many days it reads back.
-#}
{% macro get_incremental_replace_days_sql(arg_dict) %}
    {%- set meta = config.get('meta') -%}
    {%- set column = meta.period_column -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict['target_relation'] }} where {{ column }} in {{ planned(meta.grain, meta.get('reads_back', 0)) }};
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{% endmacro %}
