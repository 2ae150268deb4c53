"""Lines of contract A, and what a reader makes of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import json_scan, reader
from ingest.bytepass import read_bytes
from ingest.reader import ReadCounts, read_lines
from ingest.sources.model import LogObject

KEY = b"a key of the quarantine"

# 2026-11-23T17:03:44.385Z, written as nginx writes it.
GOOD = {
    "msec": "1795453424.385",
    "request_id": "886248b9ee09d738e79ce03e68b6bff6",
    "remote_addr": "198.51.100.11",
    "method": "GET",
    "request_uri": "/v2/acme/app/manifests/latest",
    "status": "200",
    "user_agent": "docker/27.1",
}


@dataclass(frozen=True)
class Reading:
    """What `read_lines` returned and left in its two tables."""

    counts: ReadCounts
    rows: list[dict[str, Any]]
    rejected: list[dict[str, Any]]

    @property
    def reasons_by_line(self) -> dict[int, str]:
        return {row["line_number"]: row["reason"] for row in self.rejected}

    def row(self, line_number: int) -> dict[str, Any]:
        return next(row for row in self.rows if row["line_number"] == line_number)


Read = Callable[..., Reading]


def describe(path: Path) -> LogObject:
    status = path.stat()
    return LogObject(str(path), path, "local", status.st_size, status.st_mtime_ns)


@pytest.fixture(scope="session")
def json_line() -> Callable[..., bytes]:
    """A good line with some fields changed; a field given as None is left out."""

    def make(**changes: object) -> bytes:
        fields = {key: value for key, value in (GOOD | changes).items() if value is not None}
        return json.dumps(fields, ensure_ascii=False).encode()

    return make


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Read bytes (or a file) as one object; `strictly`: without the fast scans."""
    con = duckdb.connect()
    folder = tmp_path_factory.mktemp("read")

    def read_content(
        content: bytes | Path,
        log_format: str = "auto",
        strictly: bool = False,
        suffix: str = ".log",
        modified: int | None = None,
    ) -> Reading:
        path = content if isinstance(content, Path) else folder / f"object{suffix}"
        if isinstance(content, bytes):
            path.write_bytes(content)
        if modified is not None:
            os.utime(path, (modified, modified))
        with read_bytes(describe(path), folder / "landing") as data, pytest.MonkeyPatch.context() as patch:
            # A few lines are read one by one as a rule; here they show what the queries make of them.
            patch.setattr(reader, "_FEW_LINES", 10**9 if strictly else 1)
            if strictly:
                patch.setattr(json_scan, "scan", lambda con, data: None)
            counts = read_lines(con, data, name="object", log_format=log_format, quarantine_key=KEY)
        return Reading(counts, _rows(con, "lines"), _rows(con, "rejected_lines"))

    return read_content


def _rows(con: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    cursor = con.execute(f"select * from {table} order by line_number")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


@pytest.fixture(scope="session")
def describe_file() -> Callable[[Path], LogObject]:
    return describe
