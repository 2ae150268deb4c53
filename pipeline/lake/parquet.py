"""The lake: enriched requests by event date (contract B), and the quarantine."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.lake.ledger import SCHEMA_VERSION, replace_durably

# Contract B, in its order, and what was added since. The types are the lake's; dbt reads the files with them.
REQUEST_COLUMNS: dict[str, str] = {
    "request_id": "VARCHAR",
    "requested_at": "TIMESTAMP",
    "date": "DATE",
    "load_id": "VARCHAR",
    "line_number": "BIGINT",
    "host": "VARCHAR",
    "node": "VARCHAR",
    "method": "VARCHAR",
    "request_kind": "VARCHAR",
    "repository": "VARCHAR",
    "reference": "VARCHAR",
    "reference_type": "VARCHAR",
    "mirror_of": "VARCHAR",
    "status": "INTEGER",
    "bytes_sent": "BIGINT",
    "body_bytes_sent": "BIGINT",
    "duration_s": "DOUBLE",
    "is_complete": "BOOLEAN",
    "is_range": "BOOLEAN",
    "response_digest": "VARCHAR",
    "response_media_type": "VARCHAR",
    "auth_kind": "VARCHAR",
    "session_token_hash": "VARCHAR",
    "identity_epoch": "VARCHAR",
    "endpoint_id": "BIGINT",
    "origin_id": "BIGINT",
    "previous_endpoint_id": "BIGINT",
    "previous_origin_id": "BIGINT",
    "origin_unlinkable": "BOOLEAN",
    "client_name": "VARCHAR",
    "client_version": "VARCHAR",
    "client_category": "VARCHAR",
    "engine_os": "VARCHAR",
    "client_os": "VARCHAR",
    "architecture": "VARCHAR",
    "kernel_hint": "VARCHAR",
    "country_code": "VARCHAR",
    "region": "VARCHAR",
    "city": "VARCHAR",
    "asn": "BIGINT",
    "network_operator": "VARCHAR",
    "network_type": "VARCHAR",
    "company": "VARCHAR",
    "company_confidence": "VARCHAR",
    "company_method": "VARCHAR",
    "cloud_provider": "VARCHAR",
    "cloud_region": "VARCHAR",
    "cloud_method": "VARCHAR",
    "ci_provider": "VARCHAR",
    "ci_verdict": "VARCHAR",
    "ci_reason": "VARCHAR",
    "unknown_agent_pattern": "VARCHAR",
    "reference_set": "VARCHAR",
    "schema_version": "INTEGER",
}


def select_columns(given: dict[str, str]) -> str:
    """The select list of contract B, each column cast to its type; `given` replaces a column's source."""
    return ", ".join(
        f"cast({given.get(name, name)} as {kind}) as {name}" for name, kind in REQUEST_COLUMNS.items()
    )


def write_requests(
    con: duckdb.DuckDBPyConnection, directory: Path, load_id: str, reference_set: str, days: Iterable[str]
) -> list[str]:
    """Write the rows of `requests` in `con` as one Parquet file for each of `days`, which are all of theirs.

    Returns the paths of the files below the lake.

    The rows stay in the order that they have: sorting whole rows would cost a third of what writing costs.
    """
    columns = select_columns(
        {
            "load_id": f"'{load_id}'",
            "reference_set": quoted(reference_set),
            "schema_version": str(SCHEMA_VERSION),
        }
    )
    files = []
    for day in days:
        target = directory / f"date={day}" / f"{load_id}.parquet"
        query = f"select {columns} from requests where date = '{day}'"
        write_parquet(con, query, target)
        files.append(str(target.relative_to(directory.parent)))
    return files


def write_quarantine(con: duckdb.DuckDBPyConnection, directory: Path, load_id: str) -> list[str]:
    """Write the table `rejected_lines`, if it has rows; returns the path below the lake."""
    count = con.execute("select count(*) from rejected_lines").fetchall()[0][0]
    if count == 0:
        return []
    target = directory / f"{load_id}.parquet"
    columns = "line_number, reason, field, line_length, line_digest, shape"
    query = f"select {quoted(load_id)} as load_id, {columns} from rejected_lines order by line_number"
    write_parquet(con, query, target)
    return [str(target.relative_to(directory.parent))]


def ensure_empty_file(directory: Path) -> Path:
    """A Parquet file with this version's columns and no row.

    It is read with every plan: so a day without files can be read, and so can days whose files all come from
    a version that had fewer columns.
    """
    target = directory / f"empty.{SCHEMA_VERSION}.parquet"
    if not target.exists():
        columns = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in REQUEST_COLUMNS.items())
        with duckdb.connect() as con:
            write_parquet(con, f"select {columns} limit 0", target)
    return target


def write_parquet(con: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    """Copy a query to a Parquet file: temporary name, fsync, then rename.

    The temporary name is the process's own: two tasks may load two copies of one object at once.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(f".parquet.{os.getpid()}.tmp")
    con.execute(f"copy ({query}) to {quoted(str(temporary))} (format parquet, compression zstd)")
    replace_durably(temporary, target)


def write_rows(rows: list[dict[str, Any]], schema: pa.Schema, target: Path) -> None:
    """Write rows, a dict each, as `write_parquet` does; sorted, so that the same rows make the same file."""
    with duckdb.connect() as con:
        con.register("rows", pa.Table.from_pylist(rows, schema=schema))
        write_parquet(con, "select * from rows order by all", target)


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
