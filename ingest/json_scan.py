"""The fast reader: one typed DuckDB scan over JSON lines that numbers its rows.

It keeps only rows about which `ingest.strict` is sure to say the same, and returns the numbers of all others.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from ingest.bytepass import ObjectBytes
from ingest.fields import COLUMNS, EARLIEST_US, FIELD_NAMES, FIELDS, LATEST_US, PATH_ALIAS

_READ = (*FIELD_NAMES, PATH_ALIAS)
_COMPRESSION = {"none": "uncompressed", "gzip": "gzip", "zstd": "zstd"}
_NUMBERS = [field for field in FIELDS if field.pattern]
_EMPTY_IS_TOLD = {field.name for field in FIELDS if field.is_empty_told}
_REQUIRED = [field.name for field in FIELDS if field.required]

# All texts of a row are looked at as one, each between two quotes. Odd is a control character; what may be
# an array, an object or NaN and no string; and what may be a number that DuckDB writes in its own way.
_ODD_TEXT = (
    r"[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]"
    r'|"[\[{]'
    r'|"-?(?:(?i:nan|inf|infinity)|[0-9]+(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+))"'
)


def scan(con: duckdb.DuckDBPyConnection, data: ObjectBytes) -> set[int] | None:
    """Add the rows of JSON lines to `lines`; returns the numbers of those left to the strict reader.

    None, and no row, where DuckDB cannot read the object or sees other lines than the byte pass did.
    """
    try:
        unsure = _insert(con, data)
    except duckdb.Error:
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


def _insert(con: duckdb.DuckDBPyConnection, data: ObjectBytes) -> set[int]:
    """Insert all rows, those that are odd without `logged_at`; returns the lines with a field given twice."""
    try:
        con.execute(_scan_query(data, is_tolerant=False))
        return set()
    except duckdb.Error:
        # A malformed line, or a field given twice. The tolerant scan gets past both, but hides the second.
        con.execute(_scan_query(data, is_tolerant=True))
        return {row[0] for row in con.execute(_doubled_query(data)).fetchall()}


def _scan_query(data: ObjectBytes, is_tolerant: bool) -> str:
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in _READ)
    source = (
        f"read_json({_quoted(str(data.path))}, format = 'newline_delimited', columns = {{{columns}}},"
        f" compression = '{_COMPRESSION[data.compression]}', ignore_errors = {is_tolerant},"
        " hive_partitioning = false)"
    )
    return f"""
        insert into lines
        with numbered as (
            select row_number() over () as line_number, * replace (coalesce(request_uri, uri) as request_uri)
            from {source}
        ),
        judged as (
            select *, coalesce({_is_clean()}, false) as is_clean, {_MICROSECONDS} as logged_us
            from numbered
            where line_number <= {data.line_count}
        )
        select {", ".join(_typed(name, kind) for name, kind in COLUMNS.items())} from judged
    """


def _doubled_query(data: ObjectBytes) -> str:
    known = ", ".join(_quoted(name) for name in _READ)
    return f"""
        with numbered as (
            select row_number() over () as line_number, json_keys(json) as keys
            from read_ndjson_objects({_quoted(str(data.path))}, ignore_errors = true,
                compression = '{_COMPRESSION[data.compression]}', hive_partitioning = false)
        ),
        known as (
            select line_number, list_filter(keys, lambda key: key in ({known})) as keys
            from numbered
            where line_number <= {data.line_count}
        )
        select line_number from known where len(keys) > len(list_distinct(keys))
    """


# Tried as a decimal, which is exact: a double would round the microseconds.
_MICROSECONDS = "cast(try_cast(msec as decimal(28, 6)) * 1000000 as bigint)"


def _is_clean() -> str:
    """SQL: nothing about the row asks for the strict reader."""
    present = " and ".join(f"{name} is not null" for name in _REQUIRED)
    numbers = " || ',' || ".join(f"coalesce({field.name}, '')" for field in _NUMBERS)
    patterns = ",".join(
        f"(?:{field.pattern})" if field.required else f"(?:-|{field.pattern})?" for field in _NUMBERS
    )
    texts = ", ".join(field.name for field in FIELDS if not field.pattern)
    return (
        f"{present} and remote_addr not in ('', '-')"
        f" and regexp_full_match({numbers}, {_quoted(patterns)})"
        f" and not regexp_matches('\"' || concat_ws('\"', {texts}) || '\"', {_quoted(_ODD_TEXT)})"
        f" and {_MICROSECONDS} between {EARLIEST_US} and {LATEST_US - 1}"
    )


def _typed(name: str, kind: str) -> str:
    if name == "line_number":
        return name
    if name == "logged_at":
        return "case when is_clean then make_timestamp(logged_us) end"
    if name in _EMPTY_IS_TOLD:
        return f"nullif({name}, '-')"
    if kind == "VARCHAR":
        return f"nullif(nullif({name}, ''), '-')"
    return f"try_cast({name} as {kind})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
