"""Objects whose requests do not stand one a line: each is read as if it had been exported line by line.

What an object is, its first bytes tell, never its name. The lines that come out have the numbers under which
the ledger and the quarantine know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from ingest.unpacking import csv_rows, docker_local, encodings, journal_export, json_documents
from ingest.unpacking.model import UnpackingError

# Enough to see the first event of most documents, and the head of any table.
HEAD_BYTES = 64 * 1024
_BLOCK_BYTES = 256 * 1024
# How the text is written comes first: what it holds can be told only then.
_ENCODINGS: dict[str, tuple[Callable[[bytes], bool], Callable[[Iterable[bytes]], Iterator[bytes]]]] = {
    "utf-16": (encodings.is_utf16, encodings.from_utf16),
    "nul": (encodings.is_nul_separated, encodings.from_nul_separated),
}
_CONTENTS: dict[str, tuple[Callable[[bytes], bool], Callable[[Iterable[bytes]], Iterator[str]]]] = {
    "docker-local": (docker_local.is_local, docker_local.lines),
    "journal-export": (journal_export.is_export, journal_export.lines),
    "json-documents": (json_documents.is_packed, json_documents.lines),
    "csv": (csv_rows.is_table, csv_rows.lines),
}

__all__ = ["HEAD_BYTES", "UnpackingError", "unpacked"]


def unpacked(blocks: Iterator[bytes]) -> tuple[list[str], Iterator[bytes]]:
    """What the bytes of an object are packed in, outermost first, and the bytes of its lines.

    Iterating raises UnpackingError where what they are packed in breaks off.
    """
    names = []
    head, blocks = _with_head(blocks)
    for name, (fits, decode) in _ENCODINGS.items():
        if fits(head):
            names.append(name)
            head, blocks = _with_head(decode(_large(blocks)))
    for name, (fits, lines) in _CONTENTS.items():
        if fits(head):
            return [*names, name], _large(_bytes_of(lines(_large(blocks))))
    return names, blocks


def _with_head(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    taken: list[bytes] = []
    size = 0
    while size < HEAD_BYTES and (block := next(blocks, None)) is not None:
        taken.append(block)
        size += len(block)
    return b"".join(taken)[:HEAD_BYTES], chain(taken, blocks)


def _large(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in large blocks: a line or a decompressor's block may be tiny, and each costs a look."""
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        parts.append(block)
        size += len(block)
        if size >= _BLOCK_BYTES:
            yield b"".join(parts)
            parts, size = [], 0
    yield b"".join(parts)


def _bytes_of(lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        yield f"{line}\n".encode("utf-8", "replace")
