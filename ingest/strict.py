"""The strict reader: one raw line to one typed row, or to the reason why not.

Whatever this module decides is the outcome of a line; the fast scans (`ingest.json_scan`,
`ingest.line_scan`) stage a line only where they are sure to agree, and leave all others to this one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ingest import documents, times
from ingest.documents import Pairs
from ingest.envelopes.peel import peel
from ingest.errors import RejectedLine
from ingest.fields import EARLIEST_US, FIELD_NAMES, FIELDS, LATEST_US, MAX_LINE_BYTES, PATH_ALIAS, Field
from ingest.formats import CONTRACT_A, FORMATS
from ingest.formats.model import AnyFormat, JsonFormat, TextFormat
from ingest.rawlines import RawLine
from ingest.texts import tidy, unescaped
from ingest.times import NO_REFERENCE, YearReference

# A typed row: line number, logged_at in µs since 1970 (UTC), then FIELDS but `msec`; numbers as int or float.
Row = tuple[int | float | str | None, ...]
Values = Mapping[str, str | None]

# Never stored: C0 and C1 controls, and the two characters that other tools take for the end of a line.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_KNOWN = frozenset({*FIELD_NAMES, PATH_ALIAS})
_PATTERNS = {field.name: re.compile(field.pattern) for field in FIELDS}
# Hypercorn writes the protocol as its number alone.
_REQUEST = re.compile(r"([A-Za-z_-]+) (.*?)(?: (HTTP/[0-9.]+|[123](?:\.[01])?))?", re.DOTALL)
METHOD = re.compile("[A-Z]{3,7}")
_COMMENT = re.compile(r"#(?:Version|Fields|Software|Date|Start-Date|Remark)[:=]")
# Of every format; without them there is no request. A line of contract A has a user agent, too.
REQUIRED = ("remote_addr", "method", "request_uri", "status")

DURATION = r"([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?)(ns|us|µs|μs|ms|s)?"
_DURATION = re.compile(DURATION)
LEAST_NANOSECONDS = 10_000
DIVISORS = {"s": 1, "ms": 1e3, "us": 1e6, "µs": 1e6, "μs": 1e6, "ns": 1e9}


@dataclass(frozen=True, slots=True)
class Context:
    """How the lines of an object are read.

    `formats`: those that may be met, in order. `reference`: the year of syslog's times. `otherwise`: the
    reason of a line that is nothing of all that and no JSON either: not_json where the others are JSON.
    """

    formats: tuple[AnyFormat, ...] = FORMATS
    reference: YearReference = NO_REFERENCE
    otherwise: str = "no_format"


class Fit(NamedTuple):
    """The format that reads a line, the envelopes around it, and what both say."""

    log_format: AnyFormat
    envelopes: tuple[str, ...]
    values: Values
    time: str | None
    host: str | None


class Comment(Exception):
    """A line that says something about the log, and is no request: `#Fields: …`."""


def is_comment(text: str) -> bool:
    """Whether a line says something about the log, as the W3C's extended log format has it."""
    return bool(_COMMENT.match(text))


def read_line(line: RawLine, context: Context) -> tuple[Row, Fit]:
    """Type one line that is not blank. Raises RejectedLine, and Comment.

    Reasons: too_long, too_deep, not_json, no_format, unterminated (the half-written last line),
    duplicate_key, missing_field, wrong_type, time_past, time_future.
    """
    if line.length > MAX_LINE_BYTES:
        raise RejectedLine("too_long")
    try:
        return read_text(line.number, tidy(line.content), context)
    except RejectedLine as rejection:
        if not line.is_ended and rejection.reason in ("not_json", "no_format"):
            raise RejectedLine("unterminated") from None
        if rejection.reason == "no_format" and not line.content.lstrip().startswith(b"{"):
            raise RejectedLine(context.otherwise) from None
        raise


def read_text(number: int, text: str, context: Context) -> tuple[Row, Fit]:
    """Type one tidy line. Raises as `read_line` does."""
    found = fit(text, context.formats)
    if found.log_format is CONTRACT_A:
        values = {**found.values, "host": found.values.get("host") or found.host}
        return _contract_row(number, values), found
    try:
        return _row(number, found, context.reference), found
    except RejectedLine as rejection:
        raise RejectedLine(rejection.reason, rejection.field, found.log_format.name) from None


def fit(text: str, formats: tuple[AnyFormat, ...]) -> Fit:
    """The first format that fits the line, or the line in its outermost envelope, and so on inwards.

    Raises RejectedLine where none fits.
    """
    if is_comment(text):
        raise Comment
    names: list[str] = []
    time = host = None
    outer: Pairs | None = None
    while True:
        document = document_of(text)
        for item in formats:
            values = _values(item, text, document, time)
            if values is not None:
                return Fit(item, tuple(names), values, time, host)
        peeled = peel(text, document, len(names))
        if peeled is None:
            raise _nearly(outer, formats) or _nearest(document, formats)
        outer = document if outer is None and isinstance(document, Pairs) else outer
        text = peeled.line
        names.append(peeled.envelope)
        time, host = peeled.time or time, peeled.host or host


def document_of(text: str) -> Pairs | str | None:
    """The JSON object, a reason why it is none, or None for what does not begin like one."""
    if not text.lstrip(" \t").startswith("{"):
        return None
    if documents.is_too_deep(text):
        return "too_deep"
    try:
        document = documents.load(text)
    except (ValueError, RecursionError):
        return "not_json"
    return document if isinstance(document, Pairs) else "not_json"


def _values(
    item: AnyFormat, text: str, document: Pairs | str | None, outer_time: str | None
) -> Values | None:
    """What a format reads from a line; None where it does not fit. `outer_time`: what an envelope told."""
    if isinstance(item, TextFormat):
        found = item.strict.fullmatch(text)
        return _text_values(item, found) if found else None
    if not isinstance(document, Pairs):
        return None
    if item is CONTRACT_A:
        return _contract_values(document, item)
    if outer_time is None and documents.first_text(document, item.timing) is None:
        return None
    return _json_values(item, document)


def _text_values(item: TextFormat, found: re.Match[str]) -> Values:
    values: dict[str, str | None] = dict.fromkeys(item.places, "")
    for place, value in zip(item.places, found.groups(), strict=True):
        values[place] = values[place] or unescaped(value or "", item.escapes)
    return _with_request(values)


def _json_values(item: JsonFormat, document: Pairs) -> Values | None:
    if any(documents.first_text(document, pointers) is None for pointers in item.marking):
        return None
    values = {name: documents.first_text(document, item.pointers[name]) for name in item.pointers}
    values = {name: unescaped(value, item.escapes) if value else value for name, value in values.items()}
    completed = _with_request(values)
    if not item.marks and any(completed.get(name) is None for name in REQUIRED):
        return None
    return completed


def _with_request(values: dict[str, str | None]) -> dict[str, str | None]:
    """Take "GET /v2/ HTTP/1.1" apart. What is no HTTP (a TLS hello on a plain port) has neither."""
    request = values.pop("request", None)
    if request is not None and (values.get("method") is None or values.get("request_uri") is None):
        # Logstash splits the request, and keeps the path under its name.
        if values.get("method") and request.startswith("/"):
            request = f"{values['method']} {request}"
        # Fastly's examples call the method `request`.
        if values.get("request_uri") and METHOD.fullmatch(request):
            request = f"{request} {values['request_uri']}"
        found = _REQUEST.fullmatch(request)
        values["method"], values["request_uri"], protocol = found.groups() if found else ("", "", "")
        values["protocol"] = values.get("protocol") or protocol
    if not values.get("remote_addr") or values["remote_addr"] == "-":
        # Envoy says only whom it was named: the last of them is who spoke to it.
        values["remote_addr"] = (values.get("x_forwarded_for") or "").rpartition(",")[2].strip() or None
    return values


def _nearly(document: Pairs | None, formats: tuple[AnyFormat, ...]) -> RejectedLine | None:
    """Why a JSON object that misses little of a request is none: its `msg` is no line of another format."""
    near = None if document is None else _fewest_missing(document, formats)
    return _lacks(*near) if near and 0 < len(near[1]) <= 2 else None


def _nearest(document: Pairs | str | None, formats: tuple[AnyFormat, ...]) -> RejectedLine:
    """Why no format fits: for JSON, the first field that the nearest format misses."""
    if isinstance(document, str):
        return RejectedLine(document)
    near = None if document is None else _fewest_missing(document, formats)
    return _lacks(*near) if near else RejectedLine("no_format")


def _lacks(name: str, missing: list[str]) -> RejectedLine:
    return RejectedLine("missing_field", missing[0] if missing else None, name)


def _fewest_missing(document: Pairs, formats: tuple[AnyFormat, ...]) -> tuple[str, list[str]] | None:
    """The nearest format of JSON by its name, and the fields that it misses; None where none is JSON."""
    candidates = ((item.name, _missing(item, document)) for item in formats if isinstance(item, JsonFormat))
    return min(candidates, key=lambda candidate: len(candidate[1]), default=None)


def _missing(item: JsonFormat, document: Pairs) -> list[str]:
    names = ["msec", *REQUIRED] + (["user_agent"] if item is CONTRACT_A else [])
    found = {
        name
        for name in item.pointers
        if documents.first_text(document, item.pointers[name]) not in (None, "", "-")
    }
    if "request" in found:
        found |= {"method", "request_uri"}
    if "time" in found:
        found.add("msec")
    return [name for name in names if name not in found]


def _contract_values(document: Pairs, item: JsonFormat) -> Values | None:
    """The known fields as text; None where it is not contract A at all."""
    known = [(key, value) for key, value in document if key in _KNOWN]
    values: dict[str, object] = dict(known)
    if len(values) < len(known):
        raise RejectedLine("duplicate_key", None, item.name)
    alias = values.pop(PATH_ALIAS, None)
    if values.get("request_uri") is None:
        values["request_uri"] = alias
    if any(values.get(name) is None for name in item.marks):
        return None
    for name, value in values.items():
        if value is not None and documents.as_text(value) is None:
            raise RejectedLine("wrong_type", name, item.name)
    return {name: documents.as_text(value) for name, value in values.items()}


def _contract_row(number: int, values: Values) -> Row:
    for field in FIELDS:
        if field.required and values.get(field.name) is None:
            raise RejectedLine("missing_field", field.name, CONTRACT_A.name)
    logged_at, *others = (_contract_value(field, values.get(field.name)) for field in FIELDS)
    return (number, logged_at, *others)


def _contract_value(field: Field, raw: str | None) -> int | float | str | None:
    text = clean(raw) if raw is not None else ""
    if text in ("", "-"):
        # An empty method, URI or user agent was really sent; without time, address or status there is no
        # request.
        if field.name in ("msec", "remote_addr", "status"):
            raise RejectedLine("missing_field", field.name, CONTRACT_A.name)
        return "" if field.is_empty_told and text == "" and raw is not None else None
    if not field.pattern:
        return text
    if not _PATTERNS[field.name].fullmatch(text):
        raise RejectedLine("wrong_type", field.name, CONTRACT_A.name)
    if field.sql_type == "TIMESTAMP":
        return _in_bounds(times.microseconds(text, NO_REFERENCE))
    return float(text) if field.sql_type == "DOUBLE" else int(text)


def _row(number: int, found: Fit, reference: YearReference) -> Row:
    values = found.values
    logged_at = _in_bounds(times.microseconds(time_of(found), reference))
    for name in REQUIRED:
        if values.get(name) is None or (name in ("remote_addr", "status") and values[name] in ("", "-")):
            raise RejectedLine("missing_field", name)
    values = {**values, "host": values.get("host") or found.host}
    others = (_value(field, values.get(field.name), found.log_format) for field in FIELDS[1:])
    return (number, logged_at, *others)


def time_of(found: Fit) -> str:
    """The text of the line's time: its own, or that of the innermost envelope. Raises RejectedLine."""
    values = found.values
    own = values.get("time")
    if own in (None, "", "-") and values.get("date") and values.get("clock"):
        own = f"{values['date']} {values['clock']}"
    time = found.time if own in (None, "", "-") else own
    if not time:
        raise RejectedLine("missing_field", "msec")
    return time


def _value(field: Field, raw: str | None, log_format: AnyFormat) -> int | float | str | None:
    """Of other people's formats: an optional number that is none is not known, and costs no line."""
    text = clean(raw) if raw is not None else ""
    if text in ("", "-"):
        return "" if field.is_empty_told and text == "" and raw is not None else None
    if not field.pattern:
        return text
    if field.name == "request_time":
        return _seconds(text, log_format.duration)
    if not _PATTERNS[field.name].fullmatch(text):
        if field.required:
            raise RejectedLine("wrong_type", field.name)
        return None
    return int(text)


def _seconds(text: str, unit: str) -> float | None:
    found = _DURATION.fullmatch(text)
    if not found or (found[2] and unit != "go"):
        return None
    if unit == "go":
        # Caddy's duration_format may be `nano`: no request takes so many seconds, each takes more ns.
        unit = found[2] or ("ns" if float(found[1]) >= LEAST_NANOSECONDS else "s")
    seconds = float(found[1]) / DIVISORS[unit]
    return seconds if seconds < 1e7 else None


def _in_bounds(moment: int | None) -> int:
    if moment is None:
        raise RejectedLine("wrong_type", "msec")
    if moment < EARLIEST_US:
        raise RejectedLine("time_past", "msec")
    if moment >= LATEST_US:
        raise RejectedLine("time_future", "msec")
    return moment


def clean(text: str) -> str:
    """The text without control characters; half a surrogate pair becomes U+FFFD."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))
