"""A log that logrotate renames, compresses or copies is known, and need not be read again by every run."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.lake.ledger import REMEMBERED, SEEN, Ledger
from pipeline.loading import pending
from pipeline.settings import Settings
from tests.support.factories import Traffic
from tests.support.warehouse import load_logs


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """One loaded log, logs/access.log."""
    traffic = Traffic("acme/app", "198.51.100.40")
    traffic.cold_pull(datetime(2026, 5, 1, 10, tzinfo=UTC), "latest")
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "access.log").write_text("".join(json.dumps(line) + "\n" for line in traffic.lines), "utf-8")
    settings = Settings(data=tmp_path / "data", logs=str(logs))
    settings.data.mkdir()
    assert load_logs(settings)["objects"] == 1
    return settings


def rotate(settings: Settings, tmp_path: Path) -> dict[str, Any]:
    """access.log becomes access.log.1.gz; what the run after it did."""
    log = tmp_path / "logs" / "access.log"
    log.with_name("access.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    assert len(pending.find(settings)) == 1
    return load_logs(settings)


def test_a_rotated_log_waits_no_longer_once_it_was_recognised(settings: Settings, tmp_path: Path) -> None:
    done = rotate(settings, tmp_path)
    assert (done["objects"], done["already_loaded"]) == (0, 1)
    assert pending.find(settings) == []


def test_the_note_dies_with_the_entry_of_the_load(settings: Settings, tmp_path: Path) -> None:
    """Who removes an entry wants its object loaded again."""
    rotate(settings, tmp_path)
    [entry] = settings.loads.glob("????-??/*.json")
    entry.unlink()
    assert load_logs(settings)["objects"] == 1


@pytest.mark.parametrize("text", ["", "{}", "[1, 2]", '[["a"]]'])
def test_a_damaged_note_costs_one_more_reading(settings: Settings, tmp_path: Path, text: str) -> None:
    rotate(settings, tmp_path)
    [note] = (settings.loads / SEEN).iterdir()
    note.write_text(text, "utf-8")
    assert load_logs(settings)["already_loaded"] == 1
    assert pending.find(settings) == []


def test_notes_do_not_grow_for_ever(settings: Settings) -> None:
    ledger = Ledger(settings.loads)
    [load_id] = ledger.loads
    for number in range(REMEMBERED + 5):
        ledger.remember(load_id, ("local", f"access.log.{number}", 1, 1))
    known = {name for _, name, _, _ in Ledger(settings.loads).objects}
    assert f"access.log.{REMEMBERED + 4}" in known
    assert "access.log.4" not in known
    assert len(known) == REMEMBERED + 1
