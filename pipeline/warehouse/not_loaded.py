"""What was not loaded, as tables for the models: quarantined lines by their reason, and refused objects."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa

from ingest.scrub import scrub
from pipeline.lake import parquet
from pipeline.lake.ledger import Ledger, Load
from pipeline.loading.refused import RefusedObjects
from pipeline.settings import Settings

QUARANTINE_COLUMNS = pa.schema(
    [("load_id", pa.string()), ("reason", pa.string()), ("field", pa.string()), ("line_count", pa.int64())]
)
REFUSED_COLUMNS = pa.schema(
    [(name, pa.string()) for name in ("source_name", "object_name", "reason", "refused_since")]
    + [("is_tried_again", pa.bool_())]
)


def write(settings: Settings, ledger: Ledger) -> None:
    """Write both tables."""
    quarantined = [row for load in ledger.current for row in _of_load(load)]
    refused = [
        {
            "source_name": refusal.source,
            "object_name": scrub(refusal.name),
            "reason": scrub(refusal.reason),
            "refused_since": refusal.since,
            "is_tried_again": refusal.is_passing,
        }
        for refusal in RefusedObjects(settings.refused).all()
    ]
    parquet.write_rows(quarantined, QUARANTINE_COLUMNS, settings.quarantine_table)
    parquet.write_rows(refused, REFUSED_COLUMNS, settings.refused_table)


def fingerprint(settings: Settings) -> str | None:
    """A digest of the refused objects as they were last written; another one means another list to publish.

    None where none is refused, which is also what a publication of an older version says.
    """
    if not settings.refused_table.exists():
        return None
    with duckdb.connect() as con:
        rows = con.execute("select * from read_parquet(?)", [str(settings.refused_table)]).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest() if rows else None


def _of_load(load: Load) -> Iterator[dict[str, Any]]:
    """A line that lacks a required field is quarantined for the first that it lacks."""
    for reason, count in load.reasons.items():
        fields = load.missing_fields if reason == "missing_field" else {}
        parts: list[tuple[str | None, int]] = [*fields.items()] or [(None, count)]
        for field, lines in parts:
            yield {"load_id": load.load_id, "reason": reason, "field": field, "line_count": lines}
