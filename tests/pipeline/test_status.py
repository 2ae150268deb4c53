from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.console import Console

from pipeline import catalogue, status
from pipeline.ledger import Ledger
from pipeline.registry import Unanswered
from pipeline.settings import Settings, Source
from tests.pipeline.loads import a_load

NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "new.log").write_text("{}\n", encoding="utf-8")
    return Settings(data=tmp_path / "data", sources=[Source(name="edge", location=str(logs))])


def shown(settings: Settings) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        status.show(status.read(settings), settings, NOW, console)
    return capture.get()


def commit(settings: Settings) -> None:
    ledger = Ledger(settings.loads)
    ledger.commit(
        a_load(
            "a",
            {"2026-01-01": 10, "2026-01-04": 5},
            source="edge",
            last_logged_at="2026-01-04 09:00:00",
            quarantined_count=3,
            reasons={"no_json": 2, "too_long": 1},
            line_count=18,
        )
    )
    ledger.commit(a_load("b", {"2026-01-01": 10}, source="edge", last_logged_at="2026-01-01 09:00:00"))
    # Superseded: its lines are those of another load.
    ledger.commit(a_load("c", {"2026-01-05": 10}, source="edge"))
    ledger.commit(a_load("d", {"2026-01-05": 12}, source="edge", supersedes="c" * 32))


def test_what_is_there(settings: Settings) -> None:
    commit(settings)
    found = status.read(settings)
    assert (found.loads, found.lines) == (3, 18 + 10 + 12)
    assert found.quarantined == {"no_json": 2, "too_long": 1}
    assert found.last_logged_at == {"edge": "2026-01-04 09:00:00"}
    assert found.missing_days == [date(2026, 1, 2), date(2026, 1, 3)]
    assert (found.unpublished_loads, found.pending_objects, found.source_problems) == (4, 1, [])
    text = shown(settings)
    assert "delivered until 2026-01-04 09:00 UTC, 2 days ago" in text
    assert "2: 2026-01-02, 2026-01-03" in text
    assert "no_json 2, too_long 1" in text


def test_the_next_step(settings: Settings) -> None:
    assert status.read(settings).next_step.startswith("Nothing is loaded yet")
    commit(settings)
    assert status.read(settings).next_step.startswith("A run loaded objects and did not publish them")
    settings.marts.touch()
    content = {"load_ids": [letter * 32 for letter in "abcd"], "fingerprint": None, "catalogue": None}
    settings.publication.write_text(json.dumps(content), encoding="utf-8")
    assert status.read(settings).next_step.startswith("New objects wait")
    settings.sources[0].location = str(settings.data / "nowhere")
    assert status.read(settings).next_step.startswith("All is published")


def test_a_source_that_cannot_be_listed_is_named(settings: Settings) -> None:
    settings.sources.append(Source(name="gone", location="/no/such/place"))
    found = status.read(settings)
    assert (found.pending_objects, len(found.source_problems)) == (1, 1)
    assert "/no/such/place: no such file or folder" in shown(settings)


def test_without_a_source_nothing_is_said_to_wait(settings: Settings) -> None:
    settings.sources.clear()
    found = status.read(settings)
    assert found.pending_objects is None
    assert "no source of logs is configured" in shown(settings)


def test_look_ups_that_failed_are_counted_by_their_last_reason(settings: Settings) -> None:
    """One digest was learned in the end, one failed twice for two reasons, one too often."""
    assert "no registry is configured" in shown(settings)
    settings.registry = "https://registry.example"
    assert "none failed" in shown(settings)
    failed = [
        ("learned", "timeout", 1), ("twice", "timeout", 1), ("twice", "not found", 2),
        ("given up", "not found", 5),
    ]  # fmt: skip
    rows = [
        {"repository": "a", "digest": digest, "reason": reason, "attempts": attempts}
        for digest, reason, attempts in failed
    ]
    catalogue.append(settings.failures, catalogue.FAILURE_COLUMNS, rows)
    manifest = dict.fromkeys(catalogue.COLUMNS) | {"digest": "learned", "kind": "image", "repository": "a"}
    catalogue.append(settings.manifests, catalogue.COLUMNS, [manifest])
    assert status.read(settings).lookups == Unanswered({"not found": 2}, given_up=1)
    assert "2 failed: not found 2; 1 of them will not be asked for again" in shown(settings)


def test_sizes_are_of_what_lies_on_the_disk(settings: Settings) -> None:
    (settings.lake / "requests").mkdir(parents=True)
    (settings.lake / "requests" / "a.parquet").write_bytes(bytes(100))
    (settings.lake / "b.json").write_bytes(bytes(23))
    settings.marts.write_bytes(bytes(7))
    found = status.read(settings).bytes_on_disk
    assert found == {"lake": 123, "landing": 0, "marts.duckdb": 7, "warehouse.duckdb": 0, "scratch.duckdb": 0}
