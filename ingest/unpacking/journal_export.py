"""`journalctl -o export`: fields one a line, entries with an empty line between them.

https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-export-format
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from ingest.unpacking.model import UnpackingError

_FIRST = re.compile(rb"(?:__CURSOR|__REALTIME_TIMESTAMP)=")
_KEPT = {b"__REALTIME_TIMESTAMP", b"MESSAGE"}
_MOST_BYTES = 4 * 1024 * 1024


def is_export(head: bytes) -> bool:
    """An entry begins with its cursor, or with its time."""
    return bool(_FIRST.match(head))


def lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """One JSON object an entry, as `-o json` writes it: its time and its message.

    Raises UnpackingError where a field breaks off.
    """
    entry: dict[str, str] = {}
    for name, value in _fields(iter(blocks)):
        if name in _KEPT:
            entry[name.decode()] = value.decode("utf-8", "replace")
        elif not name and entry:
            yield json.dumps(entry, ensure_ascii=False)
            entry = {}
    if entry:
        yield json.dumps(entry, ensure_ascii=False)


def _fields(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Name and value of each field; an empty name between two entries.

    A value with a line break in it stands behind its length: the name alone, 64 bits (little-endian), bytes.
    """
    buffer = _Buffer(blocks)
    while (line := buffer.line()) is not None:
        name, sign, value = line.partition(b"=")
        if line and not sign:
            size = int.from_bytes(buffer.take(8), "little")
            value = buffer.take(size)
            buffer.take(1)
        yield name, value


class _Buffer:
    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def line(self) -> bytes | None:
        """The next line without its line break; None at the end."""
        while b"\n" not in self._rest and self._grow():
            pass
        if not self._rest:
            return None
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def take(self, count: int) -> bytes:
        while len(self._rest) < count <= _MOST_BYTES and self._grow():
            pass
        if len(self._rest) < count:
            raise UnpackingError("its journal breaks off inside a field")
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def _grow(self) -> bool:
        if len(self._rest) > _MOST_BYTES:
            raise UnpackingError("a line of its journal is longer than 4 MiB")
        block = next(self._blocks, None)
        self._rest += block or b""
        return block is not None
