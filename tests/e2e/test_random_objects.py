"""Ten thousand one-object logs, two thousand of them mutilated: no crash, and no line without an account.

Here a sample of them; all with `RANDOM_OBJECTS=10000 make test ARGS=tests/e2e/test_random_objects.py`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingest import reader
from ingest.errors import ObjectError
from pipeline.lake.ledger import Load
from pipeline.loading import attributes, keys
from pipeline.loading.load import Loader
from pipeline.loading.pending import PendingObject
from pipeline.settings import Settings
from tests.support.mutilated import RandomObject, random_object
from tests.support.warehouse import NOW

COUNT = int(os.environ.get("RANDOM_OBJECTS", "200"))


class House:
    """A data directory, and what is wrong with the way it loads an object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.settings = Settings(data=folder / "data", logs=str(folder), identity_epoch="month")
        keys.ensure(self.settings, [], NOW)
        self._loader = Loader(self.settings)

    def faults(self, item: RandomObject) -> list[str]:
        """Load one object: nothing, or what must not be."""
        path = self._folder / item.name
        path.write_bytes(item.content)
        entry = PendingObject("local", item.name, str(path), len(item.content), 1_780_000_000 * 10**9, "auto")
        try:
            keys.ensure(self.settings, [_fields(entry)], NOW)
            load = self._loader.load(entry)
        except ObjectError as error:
            return list(_faults_of_refusal(item, error))
        except Exception as error:
            return [f"crashed: {type(error).__name__}"]
        finally:
            path.unlink()
        # The same bytes as an object before it: one bit of a line, or nothing at all.
        return list(self._faults_of_load(item, load)) if load else []

    def _faults_of_load(self, item: RandomObject, load: Load) -> Iterator[str]:
        found = Counter(
            staged=load.staged_count,
            quarantined=load.quarantined_count,
            skipped=load.skipped_count,
            opted_out=load.opted_out_count,
        )
        if item.lines is None:
            # A flip may have hit the name or the time in a gzip's head.
            yield from () if load.unaccounted == 0 else ["lines unaccounted for"]
        elif not item.lines == load.line_count == found.total():
            yield f"{item.lines} lines, accounted for {found}"
        if item.expected is not None and +found != +item.expected:
            yield f"expected {item.expected}, found {found}"
        if self._rows(load, "requests") != load.staged_count:
            yield "the lake has not as many requests as the ledger says"
        if self._rows(load, "quarantine") != load.quarantined_count:
            yield "the quarantine has not as many lines as the ledger says"

    def _rows(self, load: Load, folder: str) -> int:
        files = [str(self.settings.lake / name) for name in load.files if name.startswith(folder)]
        query = "select count(*) from read_parquet(?, hive_partitioning = false)"
        return duckdb.execute(query, [files]).fetchall()[0][0] if files else 0


def _fields(entry: PendingObject) -> dict[str, object]:
    return {name: getattr(entry, name) for name in PendingObject.__slots__}


def _faults_of_refusal(item: RandomObject, error: ObjectError) -> Iterator[str]:
    text = str(error)
    if not text.startswith(item.name):
        yield "refused without its name"
    if "defect" in text or "unaccounted" in text:
        yield f"refused for a fault of ours: {text}"
    # Only an object without a single request may be refused.
    if item.expected is not None and (item.expected["staged"] or item.expected["opted_out"]):
        yield f"refused although it holds requests: {text}"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_every_line_is_accounted_for_or_the_object_refused_by_name(house: House) -> None:
    objects = [random_object(seed) for seed in range(COUNT)]
    found = {item.name: faults for item in objects if (faults := house.faults(item))}
    assert found == {}
    whole = [item for item in objects if item.expected is not None]
    assert 0.7 < len(whole) / COUNT < 0.9


def test_a_crash_is_noticed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted defect."""
    monkeypatch.setattr(attributes, "scrub", lambda text: text[99])
    assert "crashed: IndexError" in [
        fault for seed in range(20) for fault in house.faults(random_object(seed))
    ]


def test_a_lost_line_is_noticed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted defect: lines that cannot be read vanish, and nobody counts them."""
    monkeypatch.setattr(reader._Reading, "_reject", lambda *_: None)
    found = [fault for seed in range(30) for fault in house.faults(random_object(seed))]
    assert any("fault of ours" in fault for fault in found)


def test_a_line_taken_for_another_kind_is_noticed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted defect: who opted out is staged."""
    drop = attributes.drop_opted_out
    monkeypatch.setattr(attributes, "drop_opted_out", lambda con, *_: drop(con, False, []))
    found = [fault for seed in range(30) for fault in house.faults(random_object(seed))]
    assert any(fault.startswith("expected") for fault in found)
