"""CSV with a head: what Kibana, Splunk, Datadog, CloudWatch Logs Insights and queries on tables export."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator

from ingest.formats import json_fields
from ingest.unpacking.model import UnpackingError, texts

_HEAD = re.compile(r'"?[@A-Za-z_][\w @.()-]*"?(?:,"?[@A-Za-z_][\w @.()-]*"?)+')
_MOST_CHARACTERS = 1024 * 1024
# Exports write some names with a capital.
_CAPITALS = {"Date": "date", "Message": "message", "Time": "time", "Timestamp": "timestamp", "Line": "line"}
_LINES = {"message", "@message", "_raw", "line", "log", "textPayload", "body"}
_FIELDS = {pointer[1:] for pointers in json_fields.FORMAT.pointers.values() for pointer in pointers}
# So many columns of a log of requests are no accident.
_FEWEST_FIELDS = 4


def is_table(head: bytes) -> bool:
    """Whether the first line names the columns of a log: one with the line itself, or four known fields."""
    first = head.decode("utf-8", "replace").lstrip("\ufeff").partition("\n")[0].rstrip("\r")
    if b"\n" not in head or not _HEAD.fullmatch(first):
        return False
    names = _names(next(csv.reader([first])))
    return bool(_LINES & set(names)) or len(_FIELDS & set(names)) >= _FEWEST_FIELDS


def lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """One JSON object a row, with the names of the columns. Raises UnpackingError for what is no CSV."""
    rows = csv.reader(_with_breaks(texts(blocks)))
    try:
        names = _names(next(rows))
        for row in rows:
            if row:
                yield json.dumps(dict(zip(names, row, strict=False)), ensure_ascii=False)
    except csv.Error:
        raise UnpackingError(f"its CSV cannot be read in line {rows.line_num:,}") from None


def _names(row: list[str]) -> list[str]:
    return [_CAPITALS.get(name.strip(), name.strip()) for name in row]


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
