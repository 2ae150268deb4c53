from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.lake import ledger
from pipeline.lake.ledger import Ledger, LedgerError
from tests.pipeline.loads import a_load


def committed(directory: Path, *loads: ledger.Load) -> Ledger:
    book = Ledger(directory)
    for load in loads:
        book.commit(load)
    return book


def test_what_was_committed_is_read_again(tmp_path: Path) -> None:
    load = a_load(
        "a", {"2026-01-30": 3, "2026-02-01": 4}, reasons={"no_json": 2}, quarantined_count=2, line_count=9
    )
    committed(tmp_path, load)
    assert Ledger(tmp_path).loads == {load.load_id: load}
    assert [path.name for path in (tmp_path / "2026-01").iterdir()] == [f"{load.load_id}.json"]


@pytest.mark.parametrize("name", ["staged", "quarantined", "skipped", "opted_out"])
def test_every_kind_of_line_is_counted(name: str) -> None:
    load = a_load("a", line_count=5, **{f"{name}_count": 5})
    assert load.unaccounted == 0
    assert replace(load, line_count=7).unaccounted == 2


@pytest.mark.parametrize("line_count", [4, 6])
def test_a_load_with_a_line_too_few_or_too_many_is_refused(tmp_path: Path, line_count: int) -> None:
    load = a_load("a", {"2026-01-01": 5}, line_count=line_count)
    with pytest.raises(LedgerError, match=r"a\.log: -?1 lines are unaccounted for"):
        Ledger(tmp_path).commit(load)
    assert Ledger(tmp_path).loads == {}


def test_a_commit_that_dies_before_the_rename_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(temporary: Path, target: Path) -> None:
        assert temporary.exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger, "replace_durably", die)
    with pytest.raises(KeyboardInterrupt):
        Ledger(tmp_path).commit(a_load("a"))
    assert Ledger(tmp_path).loads == {}


def test_an_entry_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order that survives a power cut: content, then name, then folder."""
    steps: list[str] = []
    monkeypatch.setattr(ledger, "fsync", lambda path: steps.append(f"fsync {path.suffix or 'folder'}"))
    rename = Path.replace

    def renamed(path: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", renamed)
    Ledger(tmp_path).commit(a_load("a"))
    assert steps == ["fsync .tmp", "rename", "fsync folder"]


def test_a_grown_object_supersedes_its_beginning(tmp_path: Path) -> None:
    book = committed(tmp_path, a_load("a"), a_load("b", supersedes="a" * 32), a_load("c"))
    assert [load.load_id[0] for load in book.current] == ["b", "c"]
    assert book.superseded == {"a" * 32}
    assert [load.load_id[0] for load in book.shorter_with("f" * 32)] == ["b", "c"]
    assert book.shorter_with("e" * 32) == []


def test_what_a_grown_object_may_supersede_is_found_without_a_walk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loads of before and of now, grown and stages; one whose longer stage is not there counts again."""
    other = {"first_line_digest": "e" * 32}
    book = committed(tmp_path, a_load("a"), a_load("b"), a_load("c"), a_load("d", **other))
    book.note_stage("b" * 32, "c" * 32)
    book.note_stage("c" * 32, "9" * 32)
    book = Ledger(tmp_path)
    book.commit(a_load("f", supersedes="a" * 32))
    book.commit(a_load("0", **other))
    monkeypatch.setattr(Ledger, "current", property(lambda self: pytest.fail("a walk")))
    assert [load.load_id[0] for load in book.shorter_with("f" * 32)] == ["c", "f"]
    assert [load.load_id[0] for load in book.shorter_with("e" * 32)] == ["0", "d"]


def test_objects_are_known_by_name_size_and_time(tmp_path: Path) -> None:
    load = a_load("a", size=7, modified_ns=9)
    assert committed(tmp_path, load).objects == {("local", "a.log", 7, 9)}


def test_compaction_keeps_every_entry(tmp_path: Path) -> None:
    january = [a_load(letter, {"2026-01-05": 1}) for letter in "abc"]
    february = a_load("d", {"2026-02-01": 1})
    book = committed(tmp_path, *january, february)
    assert book.compact(before_month="2026-02") == 3
    assert [path.name for path in (tmp_path / "2026-01").iterdir()] == ["month.json"]
    assert Ledger(tmp_path).loads == {load.load_id: load for load in [*january, february]}
    # A load that comes late is united with what is there.
    late = a_load("e", {"2026-01-31": 1})
    book.commit(late)
    assert Ledger(tmp_path).compact(before_month="2026-02") == 1
    assert Ledger(tmp_path).compact(before_month="2026-02") == 0
    assert set(Ledger(tmp_path).loads) == {load.load_id for load in [*january, february, late]}


def test_a_reader_loses_nothing_to_a_compaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The month is united after the reader has listed it and before it has read it."""
    loads = [a_load(letter, {"2026-01-05": 1}) for letter in "ab"]
    book = committed(tmp_path, *loads)
    entries: Any = ledger._read_entries
    begun = []

    def compacted_first(path: Path) -> list[ledger.Load]:
        if not begun:
            begun.append(path)
            book.compact(before_month="2026-02")
        found: list[ledger.Load] = entries(path)
        return found

    monkeypatch.setattr(ledger, "_read_entries", compacted_first)
    assert set(Ledger(tmp_path).loads) == {load.load_id for load in loads}


def test_a_killed_compaction_counts_nothing_twice(tmp_path: Path) -> None:
    load = a_load("a", {"2026-01-05": 1})
    committed(tmp_path, load)
    line = json.dumps(asdict(load)) + "\n"
    (tmp_path / "2026-01" / "month.json").write_text(line, encoding="utf-8")
    assert Ledger(tmp_path).loads == {load.load_id: load}
    assert Ledger(tmp_path).compact(before_month="2026-02") == 1
    assert Ledger(tmp_path).loads == {load.load_id: load}


@pytest.mark.parametrize("text", ['{"load_id": "a', '{"load_id": "a"}', '{"of_another_version": 1}', "3"])
def test_a_damaged_entry_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "2026-01" / "x.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LedgerError, match=r"2026-01/x\.json is damaged"):
        Ledger(tmp_path)
