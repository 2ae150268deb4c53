"""Bytes to raw lines. A line ends in \\n and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ingest.decompress import open_blocks
from ingest.fields import MAX_LINE_BYTES
from ingest.sources.model import LogObject

# One byte more than a line may have: enough to know that it is too long, whatever its length.
KEPT_BYTES = MAX_LINE_BYTES + 1


class RawLine(NamedTuple):
    """`content` without the \\n, at most KEPT_BYTES of it; `length` in bytes; whether a \\n ended it."""

    number: int
    content: bytes
    length: int
    is_ended: bool

    @property
    def is_blank(self) -> bool:
        """Nothing but white space, and NULs in front of it (a hole that copytruncate left)."""
        return self.length <= MAX_LINE_BYTES and not self.content.lstrip(b"\0").strip()


def split_lines(blocks: Iterable[bytes]) -> Iterator[RawLine]:
    """Number the lines of a stream from 1. Memory stays small however long a line is."""
    number, head, length = 1, b"", 0
    for block in blocks:
        *ended, tail = block.split(b"\n")
        for part in ended:
            yield RawLine(number, (head + part)[:KEPT_BYTES], length + len(part), True)
            number, head, length = number + 1, b"", 0
        head += tail[: KEPT_BYTES - len(head)]
        length += len(tail)
    if length:
        yield RawLine(number, head, length, False)


@contextmanager
def open_lines(item: LogObject) -> Iterator[Iterator[bytes]]:
    """Open the raw lines of a fetched object, each with its \\n (the last one as it is); split on \\n only.

    A line that is too long is cut, one byte above what is allowed. Raises ObjectError as `open_blocks` does.
    """
    with open_blocks(item.path, item.name) as blocks:
        yield (line.content + (b"\n" if line.is_ended else b"") for line in split_lines(blocks))
