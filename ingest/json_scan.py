"""The fast reader: one typed DuckDB scan over JSON lines that numbers its rows.

It keeps only rows about which `ingest.strict` is sure to say the same, and returns the numbers of all others.
"""

from __future__ import annotations

import errno
import os

import duckdb
import pyarrow as pa

from ingest import typed_sql
from ingest.bytepass import ObjectBytes
from ingest.fields import FIELD_NAMES, FIELDS, PATH_ALIAS
from ingest.typed_sql import quoted

_READ = (*FIELD_NAMES, PATH_ALIAS)
# What DuckDB reads by itself.
COMPRESSION = {"none": "uncompressed", "gzip": "gzip", "zstd": "zstd"}
_REQUIRED = [field.name for field in FIELDS if field.required]
_ODD_TEXT = typed_sql.ODD_TEXT


def scan(con: duckdb.DuckDBPyConnection, data: ObjectBytes) -> set[int] | None:
    """Add the rows of JSON lines to `lines`; returns the numbers of those left to the strict reader.

    None, and no row, where DuckDB cannot read the object or sees other lines than the byte pass did.
    """
    try:
        unsure = _insert(con, data)
    except duckdb.Error as error:
        raise_machines_fault(error)
        # Its text quotes the line, and the strict reader will say what is wrong.
        con.execute("delete from lines")
        return None
    seen = con.execute("select count(*) from lines").fetchall()[0][0]
    if seen != data.line_count:
        con.execute("delete from lines")
        return None
    if not data.is_ended:
        # A live log may have gained the end of its last line since the byte pass.
        unsure.add(data.line_count)
    con.register("unsure", pa.table({"line_number": pa.array(sorted(unsure), type=pa.int64())}))
    taken_out = con.execute(
        "delete from lines where logged_at is null or line_number in (select line_number from unsure)"
        " returning line_number"
    ).fetchall()
    con.unregister("unsure")
    return {row[0] for row in taken_out}


def raise_machines_fault(error: duckdb.Error) -> None:
    """Raise an error again that no line is to blame for: the strict reader would meet it too."""
    if isinstance(error, duckdb.OutOfMemoryException) or os.strerror(errno.ENOSPC) in str(error):
        raise error


def _insert(con: duckdb.DuckDBPyConnection, data: ObjectBytes) -> set[int]:
    """Insert all rows, those that are odd without `logged_at`; returns the lines with a field given twice."""
    try:
        con.execute(_scan_query(data, is_tolerant=False))
        return set()
    except duckdb.Error as error:
        raise_machines_fault(error)
        # A malformed line, or a field given twice. The tolerant scan gets past both, but hides the second.
        con.execute(_scan_query(data, is_tolerant=True))
        return {row[0] for row in con.execute(_doubled_query(data)).fetchall()}


def _scan_query(data: ObjectBytes, is_tolerant: bool) -> str:
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in _READ)
    source = (
        f"read_json({quoted(str(data.path))}, format = 'newline_delimited', columns = {{{columns}}},"
        f" compression = '{COMPRESSION[data.packing]}', ignore_errors = {is_tolerant},"
        " hive_partitioning = false)"
    )
    return f"""
        insert into lines by name
        with numbered as (
            select row_number() over () as line_number, * replace (coalesce(request_uri, uri) as request_uri)
            from {source}
        ),
        judged as (
            select *, {MICROSECONDS} as logged_us, coalesce({_is_clean()}, false) as is_clean
            from numbered
            where line_number <= {data.line_count}
        )
        select {", ".join(f"{sql} as {name}" for name, sql in typed_sql.columns().items())} from judged
    """


def _doubled_query(data: ObjectBytes) -> str:
    known = ", ".join(quoted(name) for name in _READ)
    return f"""
        with numbered as (
            select row_number() over () as line_number, json_keys(json) as keys
            from read_ndjson_objects({quoted(str(data.path))}, ignore_errors = true,
                compression = '{COMPRESSION[data.packing]}', hive_partitioning = false)
        ),
        known as (
            select line_number, list_filter(keys, lambda key: key in ({known})) as keys
            from numbered
            where line_number <= {data.line_count}
        )
        select line_number from known where len(keys) > len(list_distinct(keys))
    """


# Tried as a decimal, which is exact: a double would round the microseconds.
MICROSECONDS = "cast(try_cast(msec as decimal(28, 6)) * 1000000 as bigint)"


def _is_clean() -> str:
    """SQL: nothing about the row asks for the strict reader."""
    patterns = {
        field.name: f"(?:{field.pattern})" if field.required else f"(?:-|{field.pattern})?"
        for field in FIELDS
        if field.pattern
    }
    return typed_sql.is_clean(_REQUIRED, patterns, _ODD_TEXT)
