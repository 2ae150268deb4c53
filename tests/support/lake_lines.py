"""A little log that no other number gives, and how many of its lines a lake has."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import duckdb

from pipeline.lake.ledger import Ledger
from pipeline.loading.refused import RefusedObjects
from pipeline.settings import Settings
from tests.support.factories import Traffic

JANUARY = datetime(2026, 1, 5, 8, tzinfo=UTC)


def log(number: int, count: int = 3) -> bytes:
    """Some requests of one client, which no other number gives."""
    traffic = Traffic(f"acme/app{number}", f"198.51.100.{number}")
    for _ in range(count):
        traffic.manifest(JANUARY, "GET", "latest")
    return b"".join(json.dumps(line).encode() + b"\n" for line in traffic.lines)


def lines_in_lake(settings: Settings) -> list[int]:
    """Requests, and distinct ones, in the files that committed loads name."""
    files = [str(settings.lake / name) for load in Ledger(settings.loads).current for name in load.files]
    requests = [name for name in files if "/requests/" in name]
    query = "select count(*), count(distinct request_id) from read_parquet($1, hive_partitioning = false)"
    return list(duckdb.execute(query, [requests]).fetchall()[0]) if requests else [0, 0]


def reasons(settings: Settings) -> list[str]:
    """What is said of each refused object."""
    return [entry.reason for entry in RefusedObjects(settings.refused).all()]
