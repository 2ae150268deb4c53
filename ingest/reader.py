"""An object's bytes to the tables `lines` and `rejected_lines`, every line accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingest import json_scan, line_scan, refusal
from ingest.batches import Batch, batches
from ingest.bytepass import ObjectBytes
from ingest.envelopes import cri
from ingest.errors import RejectedLine
from ingest.fields import COLUMNS, MAX_DEPTH, MAX_LINE_BYTES, REJECTED_COLUMNS
from ingest.formats import CONTRACT_A, twins
from ingest.formats.choice import declared_format
from ingest.formats.model import AnyFormat, JsonFormat
from ingest.line_scan import Way
from ingest.parts import Joiner, may_hold_parts
from ingest.quarantine import RejectedRow, rejected_row
from ingest.rawlines import RawLine
from ingest.sample import SAMPLED_LINES, context_of, ways_of
from ingest.strict import Comment, Row, read_line

# Fewer lines than this are read one by one sooner than by a query of their own.
_FEW_LINES = 200
_MOST_WAYS = 12
_ARROW_TYPES = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR": pa.string(),
    "UTINYINT": pa.uint8(),
}
# The place of the line's format among those of the object; the scan of bare contract A leaves it at 0.
_NUMBERED = COLUMNS | {"format_number": "UTINYINT default 0"}


@dataclass(frozen=True, slots=True)
class ReadCounts:
    """lines = staged + quarantined + skipped, exactly (law 1). `reader` is scan, or strict where every line
    was read one by one.

    `log_format`: the format of most lines. `formats` and `envelopes`: how many lines each of them read.
    `reasons` counts the quarantined lines, `missing_fields` those among them that miss a field, by its name.
    `wrong_fields`: those whose value is of another form, by name.
    `skipped`: blank lines, comments, parts that were joined to a line, twins of another line.
    """

    log_format: str
    reader: str
    lines: int
    staged: int
    quarantined: int
    skipped: int
    reasons: dict[str, int]
    formats: dict[str, int] = field(default_factory=dict)
    envelopes: dict[str, int] = field(default_factory=dict)
    missing_fields: dict[str, int] = field(default_factory=dict)
    wrong_fields: tuple[str, ...] = ()


def read_lines(
    con: duckdb.DuckDBPyConnection, data: ObjectBytes, *, name: str, log_format: str, quarantine_key: bytes
) -> ReadCounts:
    """Create the temporary tables `lines` (fields.COLUMNS) and `rejected_lines` (fields.REJECTED_COLUMNS).

    `lines`: one row a request; times are UTC, empty strings and "-" are null. `log_format`: auto, the name of
    a format, an nginx log_format, or a table of JSON fields (ingest.formats.choice). Raises ObjectError for
    an unknown format, for an object of which no line is a request, and for one that changed meanwhile.
    """
    reading = _Reading(con, data, name, declared_format(log_format, name), quarantine_key)
    reading.run()
    data.check_unchanged()
    counts = reading.counts()
    refusal.check(counts, reading.head, name)
    return counts


@dataclass(slots=True)
class _Tally:
    skipped: int = 0
    strict: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    missing_fields: Counter[str] = field(default_factory=Counter)
    wrong_fields: set[str] = field(default_factory=set)
    near: Counter[str] = field(default_factory=Counter)
    envelopes: Counter[str] = field(default_factory=Counter)


class _Reading:
    """One object being read."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        data: ObjectBytes,
        name: str,
        declared: AnyFormat | None,
        key: bytes,
    ) -> None:
        self.con = con
        self.data = data
        self.key = key
        self.tally = _Tally()
        self.joiner = Joiner()
        self.has_parts = False
        self.rows: list[Row] = []
        self.rejected: list[RejectedRow] = []
        with data.open_raw_lines() as lines:
            self.head = head = list(islice((line for line in lines if not line.is_blank), SAMPLED_LINES))
        self.context = context_of(data, head, declared)
        self.ways = ways_of(head, self.context)
        likely = self.ways.most_common(1)[0][0].log_format if self.ways else self.context.formats[0]
        if isinstance(likely, JsonFormat):
            self.context = replace(self.context, otherwise="not_json")
        refusal.check_head(head, self.ways, self.context, name)

    def run(self) -> None:
        """Fill the two tables."""
        _create(self.con, "lines", _NUMBERED)
        _create(self.con, "rejected_lines", REJECTED_COLUMNS)
        left = self._scan_json()
        if left is None or left:
            for batch in batches(self.data, left):
                self._read_batch(batch)
        for part in self.joiner.unfinished:
            self._reject(part, RejectedLine("unterminated"))
        self._flush()
        self.tally.skipped += self.joiner.joined
        self.tally.skipped += twins.drop(self.con, self.context.formats)

    def counts(self) -> ReadCounts:
        """What became of the lines; `lines` then has the columns of contract A only."""
        found = self.con.execute(
            "select format_number, count(*) from lines group by all order by count(*) desc, 1"
        ).fetchall()
        self.con.execute("alter table lines drop column format_number")
        # The format of a sample's names and that of all names are one to a person.
        formats: Counter[str] = Counter()
        for number, count in found:
            formats[self.context.formats[number].name] += count
        staged, quarantined = sum(formats.values()), self.tally.reasons.total()
        return ReadCounts(
            log_format=next(
                iter([*formats, *dict(self.tally.near.most_common(1))]), self.context.formats[0].name
            ),
            reader="strict" if staged and self.tally.strict >= staged else "scan",
            lines=self.data.line_count,
            staged=staged,
            quarantined=quarantined,
            skipped=self.tally.skipped,
            reasons=dict(sorted(self.tally.reasons.items())),
            formats=dict(formats),
            envelopes=dict(sorted(self.tally.envelopes.items())),
            missing_fields=dict(sorted(self.tally.missing_fields.items())),
            wrong_fields=tuple(sorted(self.tally.wrong_fields)),
        )

    def _scan_json(self) -> set[int] | None:
        """Read bare contract A as one scan of the file; the numbers of the lines left, None for all."""
        bare = self.ways[Way((), CONTRACT_A)]
        if not _suits_scan(self.data) or bare * 2 <= self.ways.total():
            return None
        return json_scan.scan(self.con, self.data)

    def _read_batch(self, batch: Batch) -> None:
        numbers: Sequence[int] = batch.numbers
        if not self.has_parts and len(numbers) >= _FEW_LINES:
            numbers = self._scan(batch)
        lines = batch.raw_lines(numbers)
        self.has_parts = self.has_parts or any(may_hold_parts(line.content) for line in lines)
        for line in lines:
            self._judge(line)
        self._flush()

    def _scan(self, batch: Batch) -> list[int]:
        """Read a batch by queries, in the ways that lines of the object showed; returns the lines left.

        The end of a line in parts looks like a whole one: where there may be parts, all lines of that
        envelope are left to the strict reader, which joins them.
        """
        left = batch.table()
        tried: set[Way] = set()
        while left.num_rows >= _FEW_LINES and (way := self._next_way(batch, left, tried)):
            tried.add(way)
            if cri.ENVELOPE.name in way.envelopes and may_hold_parts(batch.content):
                continue
            read = self._query(way, left)
            left = left.filter(pc.invert(pc.is_in(left["line_number"], value_set=read)))
        numbers: list[int] = left["line_number"].to_pylist()
        return numbers

    def _next_way(self, batch: Batch, left: pa.Table, tried: set[Way]) -> Way | None:
        """The most frequent way that was not tried; a new look at the lines left, where all were."""
        known = [way for way, _ in self.ways.most_common(_MOST_WAYS)]
        if set(known) <= tried and len(known) < _MOST_WAYS:
            some = left["line_number"].to_pylist()[:: max(1, left.num_rows // _FEW_LINES)]
            seen = ways_of(batch.raw_lines(some), self.context)
            known = [way for way, count in seen.most_common() if count * 20 >= _FEW_LINES]
            self.ways.update({way: seen[way] for way in known if way not in self.ways})
        return next((way for way in known if way not in tried), None)

    def _query(self, way: Way, left: pa.Table) -> pa.Array:
        """Read in one way what it is sure of; returns the numbers of those lines."""
        self.con.register("batch", left)
        has_brackets = self.data.most_brackets > MAX_DEPTH
        sql = line_scan.query(way, self.context.formats, self.context.reference, has_brackets)
        try:
            read = pa.array(self.con.execute(sql).fetchnumpy()["line_number"], pa.int64())
        except duckdb.Error as error:
            json_scan.raise_machines_fault(error)
            # Its text quotes the line, and the strict reader will say what is wrong.
            return pa.array([], pa.int64())
        finally:
            self.con.unregister("batch")
        if len(read):
            self.tally.envelopes.update(dict.fromkeys(way.envelopes, len(read)))
        return read

    def _judge(self, line: RawLine) -> None:
        """Read one line by the strict reader."""
        whole = self.joiner.add(line) if self.has_parts else line
        if whole is None:
            return
        if whole.is_blank:
            self.tally.skipped += 1
            return
        try:
            row, found = read_line(whole, self.context)
        except RejectedLine as rejection:
            self._reject(line, rejection)
        except Comment:
            self.tally.skipped += 1
        else:
            self.tally.strict += 1
            self.tally.envelopes.update(set(found.envelopes))
            self.rows.append((*row, self.context.formats.index(found.log_format)))

    def _reject(self, line: RawLine, rejection: RejectedLine) -> None:
        self.tally.reasons[rejection.reason] += 1
        if rejection.reason == "missing_field" and rejection.field:
            self.tally.missing_fields[_called(rejection)] += 1
        if rejection.reason == "wrong_type" and rejection.field:
            self.tally.wrong_fields.add(_called(rejection))
        if rejection.log_format:
            self.tally.near[rejection.log_format] += 1
        self.rejected.append(rejected_row(line, rejection, self.key))

    def _flush(self) -> None:
        _append(self.con, "lines", _NUMBERED, self.rows)
        _append(self.con, "rejected_lines", REJECTED_COLUMNS, self.rejected)
        self.rows, self.rejected = [], []


def _called(rejection: RejectedLine) -> str:
    """The field as a person knows it: `msec` is contract A's name for the time."""
    is_time = rejection.field == "msec" and rejection.log_format != CONTRACT_A.name
    return "time" if is_time else rejection.field or ""


def _suits_scan(data: ObjectBytes) -> bool:
    return (
        data.packing in json_scan.COMPRESSION
        and data.line_count > 0
        and data.blank_lines == 0
        and data.longest_line <= MAX_LINE_BYTES
        and data.most_brackets <= MAX_DEPTH
    )


def _create(con: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str]) -> None:
    con.execute(
        f"create or replace temp table {table} ({', '.join(f'{n} {kind}' for n, kind in columns.items())})"
    )


def _append(
    con: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: list[Row] | list[RejectedRow]
) -> None:
    if not rows:
        return
    arrays = [
        pa.array(values, type=_ARROW_TYPES[kind.split()[0]])
        for values, kind in zip(zip(*rows, strict=True), columns.values(), strict=True)
    ]
    con.register("judged_rows", pa.table(arrays, names=list(columns)))
    con.execute(f"insert into {table} select * from judged_rows")
    con.unregister("judged_rows")
