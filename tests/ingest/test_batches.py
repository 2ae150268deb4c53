from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from ingest import batches as module
from ingest.batches import Batch, batches
from ingest.bytepass import ObjectBytes, read_bytes
from ingest.fields import MAX_LINE_BYTES
from ingest.rawlines import RawLine
from ingest.sources.model import LogObject

LINES = [b"first", b"", b"\xef\xbb\xbfthird\r", b"\0\0fourth", b"f\xc3\xbcnf \xff", b"last"]
TIDY = ["first", "", "third", "fourth", "fünf \ufffd", "last"]


Opened = Callable[[bytes], AbstractContextManager[ObjectBytes]]


@pytest.fixture
def opened(tmp_path: Path, describe_file: Callable[[Path], LogObject]) -> Opened:
    @contextmanager
    def opened(content: bytes) -> Iterator[ObjectBytes]:
        path = tmp_path / "a.log"
        path.write_bytes(content)
        with read_bytes(describe_file(path), tmp_path / "landing") as data:
            yield data

    return opened


def raw(found: list[Batch]) -> list[RawLine]:
    return [line for batch in found for line in batch.raw_lines(batch.numbers)]


@pytest.mark.parametrize("size", [1, 7, 20, 10_000])
@pytest.mark.parametrize("ending", [b"\n", b""])
def test_batches_are_the_lines_wherever_they_are_cut(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, size: int, ending: bytes
) -> None:
    monkeypatch.setattr(module, "BATCH_BYTES", size)
    monkeypatch.setattr("ingest.decompress.BLOCK_BYTES", 3)
    with opened(b"\n".join(LINES) + ending) as data:
        found = list(batches(data))
    assert raw(found) == [
        RawLine(number, line, len(line), number < 6 or ending == b"\n")
        for number, line in enumerate(LINES, 1)
    ]
    tables = [batch.table().to_pylist() for batch in found]
    rows = [(row["line_number"], row["line"]) for table in tables for row in table]
    assert rows == list(enumerate(TIDY, 1))


def test_a_line_that_is_too_long_is_empty_for_queries_and_cut_for_the_strict_reader(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_BYTES", 7)
    length = MAX_LINE_BYTES * 3
    with opened(b"first\n" + b"x" * length + b"\nlast") as data:
        found = list(batches(data))
    assert [row["line"] for batch in found for row in batch.table().to_pylist()] == ["first", "", "last"]
    assert [(line.length, len(line.content)) for line in raw(found)] == [
        (5, 5),
        (length, MAX_LINE_BYTES + 1),
        (4, 4),
    ]


def test_only_the_wanted_lines(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_BYTES", 12)
    with opened(b"\n".join(LINES)) as data:
        found = list(batches(data, {2, 6, 9}))
    assert raw(found) == [RawLine(2, b"", 0, True), RawLine(6, b"last", 4, False)]
