{#-
    Write the planned days of this model as one Parquet file a day, into a folder of the data directory: a post-hook of a
    model whose rows are published beside the file of the marts.
    The second version of Parquet's encodings (pyarrow, Spark 3.3, DuckDB 1 read it) and groups of half a million rows, which
    share one dictionary of digests: a sixth smaller.
-#}
{% macro write_days(folder, date_column) -%}
    copy (select * from {{ this }} where {{ date_column }} in {{ planned('day') }}) to '{{ folder }}'
    (
        format parquet, compression zstd, parquet_version v2, row_group_size 500000,
        partition_by ({{ date_column }}), write_partition_columns, overwrite_or_ignore
    )
{%- endmacro %}
