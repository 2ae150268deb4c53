"""Ledger entries for tests, as the loader writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import duckdb

from pipeline.lake import parquet
from pipeline.lake.ledger import Ledger, Load
from pipeline.settings import Settings

_LOAD = Load(
    load_id="",
    source="local",
    object_name="access.log",
    size=1_000,
    modified_ns=1_767_225_600_000_000_000,
    byte_count=1_000,
    first_line_digest="f" * 32,
    log_format="json",
    reader="scan",
    line_count=0,
    staged_count=0,
    quarantined_count=0,
    skipped_count=0,
    opted_out_count=0,
    loaded_month="2026-01",
)


def a_load(letter: str, dates: dict[str, int] | None = None, **changes: Any) -> Load:
    """A load called by one letter, with requests on these dates and a lake file for each of them."""
    load_id = letter * 32
    days = dates or {}
    count = sum(days.values())
    load = replace(
        _LOAD,
        load_id=load_id,
        object_name=f"{letter}.log",
        dates=days,
        files=[f"requests/date={day}/{load_id}.parquet" for day in days],
        line_count=count,
        staged_count=count,
        loaded_month=min(days)[:7] if days else "2026-01",
    )
    return replace(load, **changes)


def load_requests(settings: Settings, letter: str, requests: list[dict[str, Any]]) -> Load:
    """Commit a load with these requests: each names its day, and columns of contract B."""
    days: dict[str, int] = {}
    for request in requests:
        days[request["day"]] = days.get(request["day"], 0) + 1
    load = a_load(letter, days)
    columns = ", ".join(f"{name} {kind}" for name, kind in parquet.REQUEST_COLUMNS.items())
    with duckdb.connect() as con:
        con.execute(f"create table requests ({columns})")
        for number, request in enumerate(requests):
            _insert(con, {"request_id": f"{letter}{number}"} | request)
        parquet.write_requests(con, settings.requests, load.load_id, "none", days)
    Ledger(settings.loads).commit(load)
    return load


def _insert(con: duckdb.DuckDBPyConnection, request: dict[str, Any]) -> None:
    day = request.pop("day")
    moment = datetime.fromisoformat(day)
    row = {"date": moment.date(), "requested_at": moment, "status": 200, "method": "GET"} | request
    marks = ", ".join("?" for _ in row)
    con.execute(f"insert into requests ({', '.join(row)}) values ({marks})", list(row.values()))
