"""What a file is that is no access log line by line, in words that quote nothing; and the way to one."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import NamedTuple

_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CSV = re.compile(r'"?@?[A-Za-z_][\w @.]*"?(?:,"?@?[A-Za-z_][\w @.]*"?)+')
# Keys under which many events stand in one object: CloudWatch's subscriptions, Azure, CloudTrail, OTLP.
_BATCHES = {
    "logEvents": ".logEvents[]",
    "records": ".records[]",
    "Records": ".Records[]",
    "resourceLogs": ".resourceLogs[].scopeLogs[].logRecords[].body.stringValue",
    "hits": ".hits.hits[]",
    "entries": ".entries[]",
}


class Look(NamedTuple):
    """What it is ("it begins with …"), and what to do; empty where nothing is known."""

    seen: str
    way_out: str = ""


def look(texts: list[str]) -> Look:
    """What the first lines look like. `texts`: tidy, at least one."""
    first = texts[0].lstrip(" \t\ufeff")
    if first.startswith("PAR1"):
        return Look("Parquet", "Export it as text: one line a request.")
    if first.startswith("\x1f"):
        return Look("gzip inside gzip", "Compress it once.")
    if _is_utf16(texts):
        return Look("text in UTF-16", "Convert it: iconv -f utf-16 -t utf-8. (PowerShell's > writes so.)")
    if first.startswith(("{", "[")):
        return _json(texts)
    if first.startswith("<"):
        return Look("XML or HTML")
    if _BINARY.search(texts[0]):
        return Look("binary data")
    if len(texts) > 1 and _CSV.fullmatch(first):
        return Look("the head of a CSV file", "Export the lines as they are, or as JSON, one object a line.")
    return Look("text of another form")


def _is_utf16(texts: list[str]) -> bool:
    """A NUL beside nearly each character, for text is nearly ASCII."""
    text = "".join(texts[:20])
    return len(text) < text.count("\x00") * 3 < 2 * len(text)


def is_notification(text: str) -> bool:
    """Whether a line is a notification of distribution, or an event of one: its fields look like a log's."""
    return '"action"' in text and '"useragent"' in text and '"instanceID"' in text


def _json(texts: list[str]) -> Look:
    first = texts[0].strip()
    if is_notification(first):
        return Look(
            "a registry's notifications, which have no status",
            "docs/sources.md has the lines of jq that make requests of them, and what they cannot tell.",
        )
    with suppress(ValueError, RecursionError):
        document = json.loads(first)
        if isinstance(document, list) and document and isinstance(document[0], dict):
            return Look("a JSON array", "Write one object a line: jq -c '.[]'")
        for key, path in _BATCHES.items():
            if isinstance(document, dict) and isinstance(document.get(key), (list, dict)):
                option = "-r" if path.endswith("Value") else "-c"
                return Look(
                    f"JSON with many events in one object ({key})",
                    f"Write one event a line: jq {option} '{path}'",
                )
    if first in ("{", "[", "[{"):
        each = "." if first == "{" else ".[]"
        return Look("JSON over several lines", f"Write one object a line: jq -c '{each}'")
    if re.search(r"\}\s*\{\"", first):
        return Look("several JSON objects on one line", "Write one object a line: jq -c .")
    return Look("JSON that has none of the fields of an access log on one line")
