{#-
    Write the planned days of this model as one Parquet file a day, into a folder of the data directory: a post-hook of a
    model whose rows are published beside the file of the marts.
-#}
{% macro write_days(folder, date_column) -%}
    copy (select * from {{ this }} where {{ date_column }} in {{ planned('day') }}) to '{{ folder }}'
    (format parquet, compression zstd, partition_by ({{ date_column }}), write_partition_columns, overwrite_or_ignore)
{%- endmacro %}
