"""What was not loaded reaches the models: lines by reason and field, and the list of refused objects."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.errors import ObjectError, PassingObjectError
from pipeline.lake.ledger import Ledger
from pipeline.loading.pending import PendingObject
from pipeline.loading.refused import RefusedObjects
from pipeline.settings import Settings
from pipeline.warehouse import not_loaded, plan
from tests.pipeline.loads import a_load

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"))


def rows(path: Path) -> list[tuple[Any, ...]]:
    return duckdb.sql(f"select * from read_parquet('{path}')").fetchall()


def refuse(settings: Settings, name: str, error: ObjectError) -> None:
    item = PendingObject("edge", name, name, 1, 1, "auto")
    RefusedObjects(settings.refused).add(item, error, NOW)


def test_lines_by_reason_and_field(settings: Settings) -> None:
    """A line without msec, two without a method, one that is no JSON; a load that is superseded has none."""
    ledger = Ledger(settings.loads)
    ledger.commit(
        a_load(
            "a", {"2026-01-01": 1}, line_count=5, quarantined_count=4,
            reasons={"missing_field": 3, "not_json": 1}, missing_fields={"msec": 1, "method": 2},
        )
    )  # fmt: skip
    ledger.commit(a_load("b", {"2026-01-01": 1}, line_count=2, quarantined_count=1, reasons={"not_json": 1}))
    ledger.commit(a_load("c", {"2026-01-01": 2}, supersedes="b" * 32))
    not_loaded.write(settings, ledger)
    assert rows(settings.quarantine_table) == [
        ("a" * 32, "missing_field", "method", 2),
        ("a" * 32, "missing_field", "msec", 1),
        ("a" * 32, "not_json", None, 1),
    ]


def test_refused_objects_without_addresses(settings: Settings) -> None:
    refuse(settings, "b-198.51.100.7.log", ObjectError("b-198.51.100.7.log", "is odd"))
    refuse(settings, "a.log", PassingObjectError("a.log", "cannot be opened", "Try again."))
    not_loaded.write(settings, Ledger(settings.loads))
    since = NOW.isoformat(timespec="seconds")
    assert rows(settings.refused_table) == [
        ("edge", "a.log", "a.log: cannot be opened. Try again.", since, True),
        ("edge", "b-[address].log", "b-[address].log: is odd", since, False),
    ]


def test_another_list_is_published_anew(settings: Settings) -> None:
    """Though nothing was loaded that would dirty a day; the same list, or none any more as before, is not."""
    Ledger(settings.loads).commit(a_load("a", {"2026-01-01": 1}))

    def due() -> bool:
        written = plan.write(settings)
        assert written["dirty_days"] == 0
        return bool(written["is_due"])

    def publish() -> None:
        content = {"load_ids": ["a" * 32]} | plan.built_from(settings)
        settings.publication.write_text(json.dumps(content), encoding="utf-8")

    plan.write(settings)
    for path in (settings.warehouse, settings.marts):
        path.touch()
    publish()
    assert not due()
    refuse(settings, "b.log", ObjectError("b.log", "is odd"))
    assert due()
    publish()
    assert not due()
    RefusedObjects(settings.refused).forget("edge", "b.log")
    assert due()
