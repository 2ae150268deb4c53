"""UTF-16 (PowerShell's `>`), and JSON objects with NULs between them (GELF over TCP)."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator


def is_utf16(head: bytes) -> bool:
    """A byte order mark says so; UTF-32's begins alike, with two NULs behind it."""
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and head[2:4] != b"\0\0"


def from_utf16(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text in UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def is_nul_separated(head: bytes) -> bool:
    """A NUL ends the first JSON object, and no line does before."""
    first, nul, _ = head.partition(b"\0")
    return bool(nul) and first.startswith(b"{") and first.endswith(b"}") and b"\n" not in first


def from_nul_separated(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same objects, one a line."""
    for block in blocks:
        yield block.replace(b"\0", b"\n")
