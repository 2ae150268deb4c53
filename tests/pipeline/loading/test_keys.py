from __future__ import annotations

import gzip
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.loading import keys, pending
from pipeline.settings import Settings

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "days", "epochs"),
    [
        ("year", [], []),
        ("year", [date(2026, 7, 1)], ["2026"]),
        # 35 days from 1 January: 4 February is the last of them.
        ("year", [date(2026, 1, 1)], ["2025", "2026"]),
        ("year", [date(2026, 2, 4)], ["2025", "2026"]),
        ("year", [date(2026, 2, 5)], ["2026"]),
        ("quarter", [date(2026, 1, 31)], ["2025-Q4", "2026-Q1"]),
        ("quarter", [date(2026, 3, 31)], ["2026-Q1"]),
        # No day of a month is farther than 35 days from its first.
        ("month", [date(2026, 3, 31)], ["2026-02", "2026-03"]),
        ("month", [date(2026, 1, 1), date(2026, 3, 1)], ["2025-12", "2026-01", "2026-02", "2026-03"]),
    ],
)
def test_needed_epochs(kind: str, days: list[date], epochs: list[str]) -> None:
    assert keys.needed_epochs(days, kind) == epochs


def object_of(path: Path, first_line: bytes, modified: datetime, settings: Settings) -> list[dict[str, Any]]:
    content = first_line + b"\nnot read\n"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    os.utime(path, (modified.timestamp(), modified.timestamp()))
    return pending.find(settings)


@pytest.mark.parametrize(
    ("name", "first_line", "epochs"),
    [
        # 1767225599.9: half a second before 2026; written on 1 July 2026.
        ("a.log", b'{"msec": "1767225599.9"}', ["2025", "2026"]),
        ("a.log.gz", b'{"msec": 1767225599.9}', ["2025", "2026"]),
        ("a.log", b'x - - [31/Dec/2024:23:59:59 +0000] "GET /v2/ HTTP/1.1" 200 2', ["2024", "2026"]),
        ("a.log", b"no log line at all", ["2026"]),
        ("a.log", b'{"msec": "soon"}', ["2026"]),
        ("a.log", b'{"msec": 1e300}', ["2026"]),
        ("a.log", b'{"msec": NaN}', ["2026"]),
        ("a.log", b"[]", ["2026"]),
        ("a.log", b"x [99/Xyz/2024:00:00:00 +0000]", ["2026"]),
        ("a.log", b"[" * 5_000, ["2026"]),
    ],
)
def test_an_object_touches_the_epochs_it_begins_and_ends_in(
    tmp_path: Path, name: str, first_line: bytes, epochs: list[str]
) -> None:
    settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"))
    entries = object_of(tmp_path / "logs" / name, first_line, datetime(2026, 7, 1, tzinfo=UTC), settings)
    assert keys.ensure(settings, entries, NOW) == epochs
    made = {path.stem for path in settings.keys.glob("*.key")} - {"secret-quarantine"}
    assert made == set(epochs)


def test_keys_are_made_once_and_nobody_else_may_read_them(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"))
    entries = object_of(tmp_path / "logs" / "a.log", b"x", datetime(2026, 1, 20, tzinfo=UTC), settings)
    keys.ensure(settings, entries, NOW)
    before = {path.name: path.read_bytes() for path in settings.keys.glob("*.key")}
    assert {path.stat().st_mode & 0o777 for path in settings.keys.glob("*.key")} == {0o600}
    keys.ensure(settings, entries, NOW)
    assert {path.name: path.read_bytes() for path in settings.keys.glob("*.key")} == before
    assert set(before) == {"2025.key", "2026.key", "secret-quarantine.key"}


def test_an_object_that_cannot_be_read_is_left_to_the_loader(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"))
    entries = object_of(tmp_path / "logs" / "a.log.gz", b"x", datetime(2026, 7, 1, tzinfo=UTC), settings)
    (tmp_path / "logs" / "a.log.gz").write_bytes(b"\x1f\x8b no gzip")
    assert keys.ensure(settings, entries, NOW) == ["2026"]


def test_nothing_pending_needs_no_key(tmp_path: Path) -> None:
    assert keys.ensure(Settings(data=tmp_path), [], NOW) == []
