"""Kubernetes writes a line that is longer than 16 KiB in parts: they are joined before the line is read."""

from __future__ import annotations

from ingest.envelopes.cri import part_of
from ingest.fields import MAX_LINE_BYTES
from ingest.rawlines import RawLine
from ingest.texts import tidy

_SIGNS = (b" stdout P", b" stderr P")


def may_hold_parts(content: bytes) -> bool:
    """Whether some bytes may hold the part of a line."""
    return any(sign in content for sign in _SIGNS)


class Joiner:
    """Joins the parts of an object's lines. The line is that of its last part; the others count as joined."""

    def __init__(self) -> None:
        self.joined = 0
        self._open: dict[str, list[RawLine]] = {}

    def add(self, line: RawLine) -> RawLine | None:
        """The line to read: the same one, or the whole of what it ends; None for a part that ends nothing."""
        found = part_of(tidy(line.content))
        if found is None:
            return line
        _, stream, is_end, _ = found
        if not is_end:
            self._open.setdefault(stream, []).append(line)
            return None
        before = self._open.pop(stream, [])
        self.joined += len(before)
        return _joined([*before, line]) if before else line

    @property
    def unfinished(self) -> list[RawLine]:
        """The parts of lines that nothing ended."""
        return sorted(part for parts in self._open.values() for part in parts)


def _joined(parts: list[RawLine]) -> RawLine:
    found = [part_of(tidy(part.content)) for part in parts]
    length = sum(part.length for part in parts)
    if length > MAX_LINE_BYTES:
        return parts[-1]._replace(length=length)
    time, stream, _, _ = found[-1] or ("", "", True, "")
    content = f"{time} {stream} F " + "".join(part[3] for part in found if part)
    return parts[-1]._replace(content=content.encode(), length=length)
