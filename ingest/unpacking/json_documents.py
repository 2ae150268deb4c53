"""JSON that holds many events: an array, one object with a list of events, objects over several lines or
without a line break between them. `gcloud`, `aws logs`, Azure, Firehose, Loki, OTLP and Splunk write so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from ingest.unpacking.model import UnpackingError, texts

# A single event is far smaller. A document is held in memory, but for the list that it begins with.
_MOST_CHARACTERS = 16 * 1024 * 1024
_GAP = re.compile(r"\s*")
_DECODER = json.JSONDecoder(strict=False)
# A list whose events are taken one after the other: its document may be as large as a day of Azure.
_LIST = re.compile(r"\[|\{\s*\"(?:records|Records|events|entries)\"\s*:\s*\[(?=\s*[\]{])")
_LOOKED_AT = 200
# `Infinity`, and a number.
_LONGEST_WORD = 32
_FIRST_KEYS = re.compile(
    rb'\s*\{\s*"(?:records|Records|events|entries|resourceLogs|hits|results|responses|tables|data|meta|messages|streams|messageType)"\s*:'
)


def is_packed(head: bytes) -> bool:
    """Whether the first value is an array or holds many events, or does not stand alone on one line."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff")
    begin = text.lstrip()
    if re.match(r"\[\s*[{\"]", begin):
        return True
    if not begin.startswith("{"):
        return False
    try:
        value, end = _DECODER.raw_decode(begin)
    except (ValueError, RecursionError):
        # A large document, or a log whose first line is torn.
        is_large = _FIRST_KEYS.match(head) is not None and b"\n" not in head.strip()
        return is_large or begin.startswith(("{\n", "{\r\n"))
    if _events_of(value) is not None or begin.startswith(("{\n", "{\r\n")):
        return True
    # In a log of lines a writer may have torn one, or lost a line break: that costs a line, not the object.
    return begin[end:].lstrip().startswith("{") and "\n" not in begin.rstrip()


def lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """One event a line. Raises UnpackingError where a document breaks off or is no JSON."""
    for value, text in _values(texts(blocks)):
        events = _events_of(value)
        if events is None:
            yield _on_one_line(value, text)
        else:
            yield from (_on_one_line(event, json.dumps(event, ensure_ascii=False)) for event in events)


def _on_one_line(value: object, text: str) -> str:
    """JSON has no line break inside its texts; a bare text is the line itself."""
    return (value if isinstance(value, str) else text).replace("\n", " ").replace("\r", " ").rstrip()


def _values(blocks: Iterator[str]) -> Iterator[tuple[object, str]]:
    """The values at the top and in lists at the top, each with its own text: no number is written anew."""
    text = _Text(blocks)
    while sign := text.peek():
        opened = _LIST.match(text.ahead(_LOOKED_AT))
        if not opened:
            yield text.value(is_line=True)
            continue
        text.skip(opened.end())
        while (sign := text.peek()) != "]":
            if sign == ",":
                text.skip(1)
            else:
                yield text.value()
        text.skip(1)
        if opened[0] != "[":
            _skip_members(text)


def _skip_members(text: _Text) -> None:
    """What follows the list in its object: `"nextToken":"…"}`."""
    while (sign := text.peek()) != "}":
        if sign in (",", ":"):
            text.skip(1)
        else:
            text.value()
    text.skip(1)


class _Text:
    """Text that comes in blocks; of what was read nothing is kept."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self._blocks = blocks
        self._rest = ""
        self._place = 0
        self._values = 0

    def peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            self._place = _GAP.match(self._rest, self._place).end()  # type: ignore[union-attr]
            if self._place < len(self._rest) or not self._grow():
                return self._rest[self._place : self._place + 1]

    def ahead(self, count: int) -> str:
        """So many of the next characters, or all that are left."""
        while len(self._rest) - self._place < count and self._grow():
            pass
        return self._rest[self._place : self._place + count]

    def skip(self, count: int) -> None:
        """Pass over characters that were looked at."""
        self._place += count

    def value(self, is_line: bool = False) -> tuple[object, str]:
        """The next value and its text. Raises UnpackingError where it breaks off or is none.

        `is_line`: one that is none may be a torn line, which is handed on as it is.
        """
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._rest, self._place)
            except (ValueError, RecursionError) as error:
                if (
                    self._is_open(error)
                    and len(self._rest) - self._place <= _MOST_CHARACTERS
                    and self._grow()
                ):
                    continue
                return self._torn_line(is_line)
            begin, self._place = self._place, end
            self._values += 1
            return value, self._rest[begin:end]

    def _is_open(self, error: Exception) -> bool:
        """Whether more text may make a value of it: the error is at the end, or in a text that has no end."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        return error.pos >= len(self._rest) - _LONGEST_WORD or error.msg.startswith("Unterminated")

    def _torn_line(self, is_line: bool) -> tuple[object, str]:
        end = self._rest.find("\n", self._place) if is_line else -1
        line = self._rest[self._place : end] if end >= 0 else ""
        # Of a document over several lines no line says anything.
        if line.strip() in ("", "{", "["):
            raise UnpackingError(f"its JSON breaks off, or is none, behind {self._values:,} values")
        self._place = end
        return line, line

    def _grow(self) -> bool:
        block = next(self._blocks, None)
        self._rest, self._place = self._rest[self._place :] + (block or ""), 0
        return block is not None


def _events_of(value: object) -> list[object] | None:
    """The events of a document that holds many; None for one that is an event itself."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("meta"), list) and isinstance(value.get("data"), list):
        return _rows(_dicts(value["meta"]), value["data"])
    for key, events in _EVENTS.items():
        found = value.get(key)
        if isinstance(found, (list, dict)):
            return events(found)
    return None


def _rows(columns: list[dict[str, object]], rows: list[object]) -> list[object]:
    """ClickHouse's JSON, whose rows are objects, and JSONCompact, whose rows are lists."""
    names = [str(column.get("name")) for column in columns]
    return [dict(zip(names, row, strict=False)) if isinstance(row, list) else row for row in rows]


def _plain(found: object) -> list[object] | None:
    return found if isinstance(found, list) and all(isinstance(event, dict) for event in found) else None


def _results(found: object) -> list[object] | None:
    """Splunk's output_mode=json; New Relic's lists of events; of `aws logs get-query-results` each event is a
    list of names and values."""
    if lists := [events for item in _dicts(found) if isinstance(events := item.get("events"), list)]:
        return [event for events in lists for event in events]
    if isinstance(found, list) and found and all(isinstance(event, list) for event in found):
        return [{str(pair.get("field")): pair.get("value") for pair in _dicts(event)} for event in found]
    return _plain(found)


def _tables(found: object) -> list[object] | None:
    """Azure Monitor's query API: `{"tables":[{"columns":[{"name":…}],"rows":[[…]]}]}`."""
    if not isinstance(found, list) or not all(isinstance(item, dict) and "rows" in item for item in found):
        return None
    events: list[object] = []
    for item in _dicts(found):
        names = [str(column.get("name")) for column in _dicts(item.get("columns"))]
        rows = item["rows"] if isinstance(item["rows"], list) else []
        events += [dict(zip(names, row, strict=False)) for row in rows if isinstance(row, list)]
    return events


def _hits(found: object) -> list[object] | None:
    """Elasticsearch: `{"hits":{"hits":[{"_source":…}]}}`."""
    return _plain(found.get("hits")) if isinstance(found, dict) else None


def _responses(found: object) -> list[object] | None:
    """Elasticsearch's `_msearch`: several answers."""
    hits = [_hits(item.get("hits")) for item in _dicts(found)]
    return [event for events in hits if events for event in events] or None


def _messages(found: object) -> list[object] | None:
    """Sumo Logic: `{"messages":[{"map":{"_raw":…}}]}`."""
    return [item["map"] for item in _dicts(found) if isinstance(item.get("map"), dict)] or None


def _data(found: object) -> list[object] | None:
    """Loki's `query_range`, or Datadog: `{"data":[{"type":"log","attributes":{"message":…}}]}`."""
    if isinstance(found, dict):
        return _streams(found.get("result"))
    events = [item["attributes"] for item in _dicts(found) if isinstance(item.get("attributes"), dict)]
    return _plain(events) if events else None


def _streams(result: object) -> list[object] | None:
    """Loki's streams, whose values are pairs of nanoseconds and line."""
    if not isinstance(result, list):
        return None
    return [
        {"timestamp": pair[0], "line": pair[1]}
        for stream in result
        if isinstance(stream, dict)
        for pair in stream.get("values", [])
        if isinstance(pair, list) and len(pair) >= 2
    ]


def _open_telemetry(found: object) -> list[object] | None:
    """OTLP in JSON: the time, the attributes under their names, and the body."""
    return [
        {"timestamp": record.get("timeUnixNano") or record.get("observedTimeUnixNano")}
        | _attributes(record.get("attributes"))
        | {"body": _any_value(record.get("body"))}
        for resource in _dicts(found)
        for scope in _dicts(resource.get("scopeLogs"))
        for record in _dicts(scope.get("logRecords"))
    ]


def _dicts(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _attributes(pairs: object) -> dict[str, object]:
    return {str(pair.get("key")): _any_value(pair.get("value")) for pair in _dicts(pairs)}


def _any_value(value: object) -> object:
    """`{"stringValue":"x"}` is "x"; lists of keys and values are objects, and lists stay lists."""
    if not isinstance(value, dict):
        return None
    for kind, inside in value.items():
        if kind == "kvlistValue" and isinstance(inside, dict):
            return _attributes(inside.get("values"))
        if kind == "arrayValue" and isinstance(inside, dict):
            return [_any_value(item) for item in _dicts(inside.get("values"))]
        return inside
    return None


_EVENTS: dict[str, Callable[[object], list[object] | None]] = {
    "logEvents": _plain,  # CloudWatch's subscriptions
    "events": _plain,  # aws logs filter-log-events, get-log-events
    "records": _plain,  # Azure
    "Records": _plain,  # CloudTrail
    "entries": _plain,  # Cloud Logging's entries.list
    "results": _results,
    "tables": _tables,
    "resourceLogs": _open_telemetry,
    "hits": _hits,
    "responses": _responses,
    "messages": _messages,
    "streams": _streams,  # what is sent to Loki
    "data": _data,
}
