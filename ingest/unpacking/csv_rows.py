"""Tables with a head: what Kibana, Splunk, Datadog, CloudWatch Logs Insights and queries on tables export.

Between the columns stand commas, semicolons (Excel in much of Europe), tabs or bars.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from ingest.formats.named_fields import REQUIRED_NAMES, bare, bare_tail
from ingest.unpacking.model import UnpackingError, texts

_HEAD = re.compile(r'"?[@A-Za-z_][\w @.()\[\]/-]*"?(?:SIGN ?"?[@A-Za-z_][\w @.()\[\]/-]*"?)+')
_SEPARATOR = re.compile(r"sep=.\r?\n")
_SIGNS = ",;\t|"
_HEADS = {sign: re.compile(_HEAD.pattern.replace("SIGN", re.escape(sign))) for sign in _SIGNS}
_MOST_CHARACTERS = 1024 * 1024
# Exports write some names with a capital, or with a zone behind them.
_COMMON = {name.lower(): name for name in ("date", "message", "time", "timestamp", "line", "TimeGenerated")}
_LINES = {"message", "@message", "_raw", "line", "log", "textPayload", "body", "LogMessage", "LogEntry"}
# So many columns that a request needs are no accident.
_FEWEST_FIELDS = 4


def is_table(head: bytes) -> bool:
    """Whether the first line names the columns of a log: one with the line itself, or four known fields."""
    first = _first_line(head)
    sign = _sign_of(first) if b"\n" in head else None
    if sign is None:
        return False
    names = _names(next(csv.reader([first], delimiter=sign)))
    bare_names = {bare(name) for name in names} | {bare_tail(name) for name in names}
    known = sum(not required.isdisjoint(bare_names) for required in REQUIRED_NAMES.values())
    return bool(_LINES & set(names)) or known >= _FEWEST_FIELDS


def lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """One JSON object a row, with the names of the columns. Raises UnpackingError for what is no table."""
    broken = _with_breaks(texts(blocks))
    first = next(broken)
    if _SEPARATOR.fullmatch(first.lstrip("\ufeff")):
        first = next(broken, "")
    first = first.strip(" \r\n")
    rows = csv.reader(chain([first], broken), delimiter=_sign_of(first) or ",")
    try:
        names = _names(next(rows))
        for row in rows:
            if _is_bars(first):
                row = [cell.strip() for cell in row]
            if row and not _is_ruler(row):
                yield json.dumps(dict(zip(names, row, strict=False)), ensure_ascii=False)
    except csv.Error:
        raise UnpackingError(f"its CSV cannot be read in line {rows.line_num:,}") from None


def _first_line(head: bytes) -> str:
    text = head.decode("utf-8", "replace").lstrip("\ufeff")
    # Excel's own line, which says what stands between the columns.
    return _SEPARATOR.sub("", text).partition("\n")[0].strip(" \r")


def _is_bars(first: str) -> bool:
    """Whether bars stand between the columns: psql and other terminals fill cells up with blanks."""
    return _sign_of(first) == "|"


def _is_ruler(row: list[str]) -> bool:
    """Whether a row is the line below psql's head: `-----+-----`."""
    return len(row) == 1 and not row[0].strip("-+")


def _sign_of(first: str) -> str | None:
    """What stands between the columns; None where the line is no head."""
    return next((sign for sign, pattern in _HEADS.items() if pattern.fullmatch(first)), None)


def _names(row: list[str]) -> list[str]:
    names = [name.strip().removesuffix(" [UTC]") for name in row]
    return [_COMMON.get(name.lower(), name) for name in names]


def _with_breaks(blocks: Iterator[str]) -> Iterator[str]:
    """Lines with their line breaks, for a cell may hold one."""
    rest = ""
    for block in blocks:
        *ended, rest = (rest + block).split("\n")
        if len(rest) > _MOST_CHARACTERS:
            raise UnpackingError("a line of its CSV is longer than 1 MiB")
        yield from (f"{line}\n" for line in ended)
    if rest:
        yield rest
