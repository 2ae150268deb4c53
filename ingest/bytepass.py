"""The byte pass: everything that must be known of an object before a parser may see it."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import add, methodcaller
from pathlib import Path

import numpy as np

from ingest.decompress import PROMISES, open_blocks, packing_of, unreadable
from ingest.errors import ObjectError, PassingObjectError
from ingest.fields import MAX_DEPTH
from ingest.rawlines import KEPT_BYTES, RawLine, split_lines
from ingest.sources.model import LogObject

# No request fits into so few bytes. An object of many such lines is no log, and it would take hours to say so
# line by line: a million line breaks come out of a kilobyte of gzip.
_FEWEST_BYTES_A_LINE = 16
_JUDGED_LINES = 1_000_000
_LINE_BREAK, _LAST_BLANK, _BRACE = b"\n {"
_COUNT_BRACES = methodcaller("count", b"{")
_COUNT_SQUARES = methodcaller("count", b"[")


@dataclass(frozen=True, slots=True)
class ObjectBytes:
    """What the byte pass found; counts are of decompressed bytes, digests are hex.

    `path` is a name without wild cards under which DuckDB may read the object while `read_bytes` is open.
    `first_line`: as `first_line()`. `most_brackets`: at least the greatest number of
    [ and { in one line, or MAX_DEPTH where none has more.
    """

    name: str
    path: Path
    packing: str
    load_id: str
    byte_count: int
    line_count: int
    longest_line: int
    blank_lines: int
    most_brackets: int
    is_ended: bool
    first_line: bytes = field(repr=False)
    prefix_sha256: dict[int, str]
    identity: tuple[int, ...]
    modified_ns: int

    @contextmanager
    def open_raw_lines(self) -> Iterator[Iterator[RawLine]]:
        """Open the lines that the byte pass saw, and no byte that a live log has gained since."""
        with self.open_bytes() as blocks:
            yield split_lines(blocks)

    @contextmanager
    def open_bytes(self) -> Iterator[Iterator[bytes]]:
        """Open the bytes that the byte pass saw, in blocks."""
        with open_blocks(self.path, self.name) as blocks:
            yield _first_bytes(blocks, self.byte_count)

    def check_unchanged(self) -> None:
        """Raise ObjectError unless the file still holds what the byte pass saw; a plain log may grow.

        One that was truncated and has grown again looks like one that grew, so its beginning is read again.
        """
        found = _identity(self.path, self.name)
        if found == self.identity:
            return
        is_same_file = self.packing == "none" and found[:2] == self.identity[:2]
        if is_same_file and self._digest_again()[:32] == self.load_id:
            return
        reason = "changed while it was being read"
        raise PassingObjectError(self.name, reason, "The next run reads it again.")

    def _digest_again(self) -> str:
        digest = hashlib.sha256()
        with self.open_bytes() as blocks:
            for block in blocks:
                digest.update(block)
        return digest.hexdigest()


@contextmanager
def read_bytes(item: LogObject, folder: Path, checkpoints: Iterable[int] = ()) -> Iterator[ObjectBytes]:
    """Read all bytes of an object once; `folder` (landing) holds a link to it meanwhile, never a copy.

    `checkpoints`: byte counts; `prefix_sha256` holds the sha256 of the first so many bytes for each one
    that the object reaches. Raises ObjectError for an object that cannot be read to its end: nothing of it
    may be loaded.
    """
    packing = packing_of(item.path, item.name)
    link = _link(item, folder)
    try:
        identity = _identity(link, item.name)
        tally = _Tally()
        digests = _Digests(checkpoints)
        with open_blocks(link, item.name) as blocks:
            for block in blocks:
                digests.add(block)
                tally.add(block)
                _check_lengths(item.name, tally.lines, digests.count)
        tally.end()
        yield ObjectBytes(
            name=item.name,
            path=link,
            packing=packing,
            load_id=digests.whole.hexdigest()[:32],
            byte_count=digests.count,
            line_count=tally.lines,
            longest_line=tally.longest,
            blank_lines=tally.blank,
            most_brackets=tally.brackets,
            is_ended=tally.is_ended,
            first_line=tally.first_line,
            prefix_sha256=digests.prefixes,
            identity=identity,
            modified_ns=item.modified_ns,
        )
    finally:
        link.unlink(missing_ok=True)


def first_line(item: LogObject) -> bytes:
    """The first line without its \\n, cut at KEPT_BYTES; empty for an empty object. Raises ObjectError.

    A comment (`#Version: 1.0`) is no first line: a program writes the same one into each of its logs.
    """
    with open_blocks(item.path, item.name) as blocks:
        line = next((line for line in split_lines(blocks) if not line.content.startswith(b"#")), None)
    return line.content if line else b""


class _Digests:
    """sha256 of everything, and of the prefixes that end at the checkpoints."""

    def __init__(self, checkpoints: Iterable[int]) -> None:
        self.whole = hashlib.sha256()
        self.count = 0
        self.prefixes: dict[int, str] = {}
        self._ahead = sorted(set(checkpoints), reverse=True)

    def add(self, block: bytes) -> None:
        begin = 0
        while self._ahead and self._ahead[-1] <= self.count + len(block):
            checkpoint = self._ahead.pop()
            end = checkpoint - self.count
            self.whole.update(block[begin:end])
            self.prefixes[checkpoint] = self.whole.hexdigest()
            begin = end
        self.whole.update(block[begin:])
        self.count += len(block)


@dataclass(slots=True)
class _Tally:
    """Lines, and what about them decides which reader may have the object."""

    lines: int = 0
    longest: int = 0
    blank: int = 0
    brackets: int = MAX_DEPTH
    first_line: bytes = b""
    _has_first: bool = False
    _open: bytes = b""
    _open_length: int = 0

    @property
    def is_ended(self) -> bool:
        return self._open_length == 0

    def add(self, block: bytes) -> None:
        first, last = block.find(b"\n"), block.rfind(b"\n")
        if first < 0:
            self._extend(block)
            return
        self._extend(block[:first])
        self._keep_first(self._open)
        self._count([self._open])
        self.longest = max(self.longest, self._open_length)
        self._open, self._open_length = b"", 0
        if first < last:
            self._count_inner(block, first, last)
        self._extend(block[last + 1 :])

    def end(self) -> None:
        if self._open_length:
            self._keep_first(self._open)
            self._count([self._open])
            self.longest = max(self.longest, self._open_length)

    def _extend(self, part: bytes) -> None:
        self._open += part[: KEPT_BYTES - len(self._open)]
        self._open_length += len(part)

    def _keep_first(self, content: bytes) -> None:
        if not self._has_first and not content.startswith(b"#"):
            self.first_line, self._has_first = content, True

    def _count_inner(self, block: bytes, first: int, last: int) -> None:
        """Count the lines between two line breaks, without an object for each of a million lines."""
        if not self._has_first:
            for line in block[first + 1 : last].split(b"\n"):
                self._keep_first(line[:KEPT_BYTES])
        breaks = first + np.flatnonzero(np.frombuffer(block, np.uint8)[first : last + 1] == _LINE_BREAK)
        self.lines += len(breaks) - 1
        self.longest = max(self.longest, int(np.diff(breaks).max()) - 1)
        heads = np.frombuffer(block, np.uint8)[breaks[:-1] + 1]
        for place in np.flatnonzero(heads <= _LAST_BLANK):
            self.blank += not block[breaks[place] : breaks[place + 1]].strip()
        # Of most lines the first byte is the only bracket: then no line has many.
        brackets = block.count(b"{", first, last) + block.count(b"[", first, last)
        if brackets - np.count_nonzero(heads == _BRACE) >= MAX_DEPTH:
            self._count_brackets(block[first + 1 : last].split(b"\n"))

    def _count(self, lines: list[bytes]) -> None:
        self.lines += len(lines)
        self.longest = max(self.longest, max(map(len, lines), default=0))
        self.blank += lines.count(b"") + sum(map(bytes.isspace, lines))
        self._count_brackets(lines)

    def _count_brackets(self, lines: list[bytes]) -> None:
        most = max(map(add, map(_COUNT_BRACES, lines), map(_COUNT_SQUARES, lines)), default=0)
        self.brackets = max(self.brackets, most)


def _first_bytes(blocks: Iterable[bytes], count: int) -> Iterator[bytes]:
    for block in blocks:
        yield block[:count]
        count -= len(block)
        if count <= 0:
            return


def _check_lengths(name: str, lines: int, byte_count: int) -> None:
    if lines > _JUDGED_LINES and byte_count < _FEWEST_BYTES_A_LINE * lines:
        raise ObjectError(
            name,
            f"is no access log: {lines:,} lines of {byte_count / lines:.0f} bytes on average",
            "Is it damaged?",
        )


def _identity(path: Path, name: str) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError as error:
        raise unreadable(name, error) from None
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _link(item: LogObject, folder: Path) -> Path:
    """A link of a plain name: the object's own may hold what DuckDB takes for a glob or a partition."""
    # Any other ending may be too long for a name, or no UTF-8.
    ending = item.path.suffix if item.path.suffix in PROMISES else ""
    link = folder / f"{os.getpid()}-{secrets.token_hex(8)}{ending}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        link.symlink_to(item.path.absolute())
    except OSError as error:
        reason = f"no link to it can be made in {folder}: {error.strerror}"
        raise PassingObjectError(item.name, reason) from None
    return link
