"""Lines in batches that memory can hold: an Arrow table for queries, raw lines for the strict reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from ingest.bytepass import ObjectBytes
from ingest.fields import MAX_LINE_BYTES
from ingest.rawlines import RawLine, split_lines
from ingest.texts import tidy

BATCH_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines of an object, in order.

    `numbers`: the number of each line. `content`: the lines with \\n between them; one that is too long is
    empty there and stands in `too_long`, by its number. `open_line`: the number of the line that no \\n
    ended, 0 where there is none.
    """

    numbers: Sequence[int]
    content: bytes
    open_line: int
    too_long: dict[int, RawLine] = field(default_factory=dict)

    def table(self) -> pa.Table:
        """line_number (int64), line (string): one row a line, tidied (ingest.texts)."""
        text = self.content if _is_plain(self.content) else tidy(self.content).encode()
        whole = pa.array([text], pa.binary()).cast(pa.string())
        lines = pc.split_pattern(whole, "\n").flatten()
        return pa.table({"line_number": pa.array(self.numbers, pa.int64()), "line": lines})

    def raw_lines(self, numbers: Sequence[int]) -> list[RawLine]:
        """The lines of these numbers, as the strict reader takes them."""
        if not numbers:
            return []
        contents = dict(zip(self.numbers, self.content.split(b"\n"), strict=True))
        return [self.too_long.get(number) or self._raw_line(number, contents[number]) for number in numbers]

    def only(self, wanted: set[int]) -> Batch:
        """The wanted lines of this batch; they may be none."""
        numbers = [number for number in self.numbers if number in wanted]
        lines = self.raw_lines(numbers)
        content = b"\n".join([b"" if line.number in self.too_long else line.content for line in lines])
        return Batch(numbers, content, self.open_line, self.too_long)

    def _raw_line(self, number: int, content: bytes) -> RawLine:
        return RawLine(number, content, len(content), number != self.open_line)


def batches(data: ObjectBytes, wanted: set[int] | None = None) -> Iterator[Batch]:
    """The lines that the byte pass saw; with `wanted`, only those of these numbers."""
    with data.open_bytes() as blocks:
        found = _of_blocks(blocks, data) if data.longest_line <= MAX_LINE_BYTES else _of_lines(blocks, data)
        for batch in found:
            chosen = batch if wanted is None else batch.only(wanted)
            if chosen.numbers:
                yield chosen


def _of_blocks(blocks: Iterable[bytes], data: ObjectBytes) -> Iterator[Batch]:
    """No line is looked at by itself: for each of a million that would cost more than the query does."""
    number, parts, size = 1, [], 0
    for block in blocks:
        parts.append(block)
        size += len(block)
        if size < BATCH_BYTES:
            continue
        content, newline, rest = b"".join(parts).rpartition(b"\n")
        if newline:
            count = content.count(b"\n") + 1
            yield Batch(range(number, number + count), content, 0)
            number += count
        parts, size = [rest], len(rest)
    content = b"".join(parts)
    if content:
        content = content.removesuffix(b"\n")
        numbers = range(number, number + content.count(b"\n") + 1)
        yield Batch(numbers, content, 0 if data.is_ended else data.line_count)


def _of_lines(blocks: Iterable[bytes], data: ObjectBytes) -> Iterator[Batch]:
    """Line by line, where one is too long: memory stays small whatever its length."""
    lines = split_lines(blocks)
    while taken := _some(lines):
        too_long = {line.number: line for line in taken if line.length > MAX_LINE_BYTES}
        content = b"\n".join([b"" if line.number in too_long else line.content for line in taken])
        numbers = range(taken[0].number, taken[-1].number + 1)
        yield Batch(numbers, content, 0 if data.is_ended else data.line_count, too_long)


def _some(lines: Iterator[RawLine]) -> list[RawLine]:
    taken: list[RawLine] = []
    size = 0
    while size < BATCH_BYTES and (line := next(lines, None)):
        taken.append(line)
        size += len(line.content)
    return taken


def _is_plain(content: bytes) -> bool:
    """Whether `tidy` would change nothing."""
    return content.isascii() and not any(sign in content for sign in (b"\0", b"\x1e", b"\r"))
