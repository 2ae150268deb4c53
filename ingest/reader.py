"""An object's bytes to the tables `lines` and `rejected_lines`, every line accounted for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import duckdb
import pyarrow as pa

from ingest import json_scan
from ingest.bytepass import ObjectBytes
from ingest.combined import LINE as COMBINED_LINE
from ingest.combined import parse_combined
from ingest.errors import ObjectError
from ingest.fields import COLUMNS, FIELDS, MAX_DEPTH, MAX_LINE_BYTES, REJECTED_COLUMNS
from ingest.quarantine import RejectedRow, rejected_row
from ingest.rawlines import RawLine
from ingest.strict import Parser, RejectedLine, Row, parse_json, read_line

_PARSERS: dict[str, Parser] = {"json": parse_json, "combined": parse_combined}
_BATCH_LINES = 20_000
_DETECTED_LINES = 100
_ARROW_TYPES = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR": pa.string(),
}
_KNOWN_FIELD = re.compile("|".join(f'"{item.name}"' for item in FIELDS).encode())


@dataclass(frozen=True, slots=True)
class ReadCounts:
    """lines = staged + quarantined + skipped, exactly (law 1). `reader` is scan, or strict for the whole
    object.

    `reasons` counts the quarantined lines.
    """

    log_format: str
    reader: str
    lines: int
    staged: int
    quarantined: int
    skipped: int
    reasons: dict[str, int]


def read_lines(
    con: duckdb.DuckDBPyConnection, data: ObjectBytes, *, name: str, log_format: str, quarantine_key: bytes
) -> ReadCounts:
    """Create the temporary tables `lines` (fields.COLUMNS) and `rejected_lines` (fields.REJECTED_COLUMNS).

    `lines`: one row a request; times are UTC, empty strings and "-" are null. `log_format`: auto, json or
    combined. Raises ObjectError for an unknown format, for an object of which no line is a request, and for
    one that changed while it was read.
    """
    chosen = _choose_format(data, name, log_format)
    _create(con, "lines", COLUMNS)
    _create(con, "rejected_lines", REJECTED_COLUMNS)
    left = json_scan.scan(con, data) if chosen == "json" and _suits_scan(data) else None
    tally = _read_strictly(con, data, _PARSERS[chosen], left, quarantine_key)
    data.check_unchanged()
    staged = con.execute("select count(*) from lines").fetchall()[0][0]
    counts = ReadCounts(
        log_format=chosen,
        reader="strict" if left is None else "scan",
        lines=data.line_count,
        staged=staged,
        quarantined=tally.reasons.total(),
        skipped=tally.skipped,
        reasons=dict(sorted(tally.reasons.items())),
    )
    _check(counts, name)
    return counts


def _suits_scan(data: ObjectBytes) -> bool:
    return (
        data.line_count > 0
        and data.blank_lines == 0
        and data.longest_line <= MAX_LINE_BYTES
        and data.most_brackets <= MAX_DEPTH
    )


@dataclass(slots=True)
class _StrictTally:
    skipped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


def _read_strictly(
    con: duckdb.DuckDBPyConnection, data: ObjectBytes, parse: Parser, left: set[int] | None, key: bytes
) -> _StrictTally:
    """Read the lines that are `left` (None: all) one by one into the two tables."""
    tally = _StrictTally()
    if left is not None and not left:
        return tally
    with data.open_raw_lines() as lines:
        wanted = (line for line in lines if left is None or line.number in left)
        while batch := list(islice(wanted, _BATCH_LINES)):
            rows, rejected = _judge(batch, parse, key, tally)
            _append(con, "lines", COLUMNS, rows)
            _append(con, "rejected_lines", REJECTED_COLUMNS, rejected)
    return tally


def _judge(
    batch: list[RawLine], parse: Parser, key: bytes, tally: _StrictTally
) -> tuple[list[Row], list[RejectedRow]]:
    rows: list[Row] = []
    rejected: list[RejectedRow] = []
    for line in batch:
        if line.is_blank:
            tally.skipped += 1
            continue
        try:
            rows.append(read_line(line, parse))
        except RejectedLine as rejection:
            tally.reasons[rejection.reason] += 1
            rejected.append(rejected_row(line, rejection.reason, key))
    return rows, rejected


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
        pa.array(values, type=_ARROW_TYPES[kind])
        for values, kind in zip(zip(*rows, strict=True), columns.values(), strict=True)
    ]
    con.register("judged_rows", pa.table(arrays, names=list(columns)))
    con.execute(f"insert into {table} select * from judged_rows")
    con.unregister("judged_rows")


def _choose_format(data: ObjectBytes, name: str, log_format: str) -> str:
    if log_format in _PARSERS:
        return log_format
    if log_format != "auto":
        raise ObjectError(name, "its log format is set to one that is unknown", "Use auto, json or combined.")
    with data.open_raw_lines() as lines:
        head = [line.content for line in islice(_not_blank(lines), _DETECTED_LINES)]
    if not head or any(_is_json_line(content) for content in head):
        return "json"
    if any(COMBINED_LINE.fullmatch(content.decode("utf-8", "replace").rstrip("\r")) for content in head):
        return "combined"
    raise ObjectError(
        name,
        f"is no access log that can be read: it begins with {_seen(head[0])}",
        "Log JSON lines (docs/log-format.md has the log_format) or nginx combined text.",
    )


def _not_blank(lines: Iterable[RawLine]) -> Iterator[RawLine]:
    return (line for line in lines if not line.is_blank)


def _is_json_line(content: bytes) -> bool:
    """A line that at least begins as an object, and names two fields of contract A."""
    return _starts_with(content, b"{") and len(set(_KNOWN_FIELD.findall(content))) >= 2


def _seen(content: bytes) -> str:
    """What kind of line this is, in words that quote nothing."""
    if _starts_with(content, b"{", b"["):
        return "JSON that has none of the fields of an access log on one line"
    if _starts_with(content, b"<"):
        return "XML or HTML"
    if b"\0" in content:
        return "binary data"
    return "text of another form"


def _starts_with(content: bytes, *signs: bytes) -> bool:
    return content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(signs)


def _check(counts: ReadCounts, name: str) -> None:
    unaccounted = counts.lines - counts.staged - counts.quarantined - counts.skipped
    if unaccounted:
        raise ObjectError(
            name, f"{unaccounted} of {counts.lines} lines are unaccounted for", "This is a defect."
        )
    if counts.quarantined and not counts.staged:
        reasons = ", ".join(f"{reason} {count}" for reason, count in counts.reasons.items())
        raise ObjectError(
            name,
            f"none of its {counts.quarantined} lines can be read as {counts.log_format} ({reasons})",
            "Compare its fields with docs/log-format.md.",
        )
