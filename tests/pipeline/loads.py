"""Ledger entries for tests, as the loader writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline.ledger import Load

_LOAD = Load(
    load_id="",
    source="local",
    object_name="access.log",
    size=1_000,
    modified_ns=1_767_225_600_000_000_000,
    byte_count=1_000,
    first_line_sha256="f" * 64,
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
