"""The strict reader: one raw line to one typed row, or to the reason why not.

Whatever this module decides is the outcome of a line; the fast scan (`ingest.json_scan`) stages a line only
where it is sure to agree, and leaves all others to this one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from ingest.fields import (
    EARLIEST_US,
    FIELD_NAMES,
    FIELDS,
    LATEST_US,
    MAX_DEPTH,
    MAX_LINE_BYTES,
    PATH_ALIAS,
    Field,
)
from ingest.rawlines import RawLine

# A typed row: line number, logged_at in µs since 1970 (UTC), then FIELDS but `msec`; numbers as int or float.
Row = tuple[int | float | str | None, ...]
Values = Mapping[str, str | None]
Parser = Callable[[bytes], Values]

# Never stored: C0 and C1 controls, and the two characters that other tools take for the end of a line.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_KNOWN = frozenset({*FIELD_NAMES, PATH_ALIAS})
_PATTERNS = {field.name: re.compile(field.pattern) for field in FIELDS}
_MICROSECOND = Decimal("0.000001")

# An unclosed string reaches to the end: to look for its end from every quote would take quadratic time.
_STRING = r'"(?:[^"\\]|\\.)*"?'
_STRINGS = re.compile(_STRING, re.DOTALL)
# Outside strings: a comma before a closing bracket, and the names of what is not a number. DuckDB reads both.
_TOLERATED = re.compile(rf"({_STRING})|,(?=\s*[}}\]])|-?\b(?:nan|inf(?:inity)?)\b", re.IGNORECASE | re.DOTALL)


class RejectedLine(Exception):
    """A line that is no request; `reason` is one of the quarantine's words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Pairs(list[tuple[str, object]]):
    """A JSON object as its pairs, so that a doubled key can be seen."""


def read_line(line: RawLine, parse: Parser) -> Row:
    """Type one line that is not blank. Raises RejectedLine.

    Reasons: too_long, too_deep, not_json, not_combined, unterminated (the half-written last line),
    duplicate_key, missing_field, wrong_type, time_past, time_future.
    """
    if line.length > MAX_LINE_BYTES:
        raise RejectedLine("too_long")
    try:
        values = parse(line.content)
    except RejectedLine as rejection:
        if not line.is_ended and rejection.reason in ("not_json", "not_combined"):
            raise RejectedLine("unterminated") from None
        raise
    return _typed(line.number, values)


def parse_json(content: bytes) -> Values:
    """The known fields of a JSON line as text. Raises RejectedLine.

    Repairs: bytes that are no UTF-8 (nginx writes what the client sent), a byte order mark, control
    characters inside strings, a comma too many.
    """
    text = content.decode("utf-8", "replace").lstrip("\ufeff")
    if _depth(text) > MAX_DEPTH:
        raise RejectedLine("too_deep")
    pairs = _load(text)
    if not isinstance(pairs, _Pairs):
        raise RejectedLine("not_json")
    known = [(key, value) for key, value in pairs if key in _KNOWN]
    values = dict(known)
    if len(values) < len(known):
        raise RejectedLine("duplicate_key")
    alias = values.pop(PATH_ALIAS, None)
    if values.get("request_uri") is None:
        values["request_uri"] = alias
    return {key: _as_text(value) for key, value in values.items()}


def _load(text: str) -> object:
    try:
        return _decode(text)
    except ValueError:
        pass
    try:
        return _decode(_TOLERATED.sub(lambda found: found[1] or ("NaN" if found[0] != "," else ""), text))
    except ValueError:
        raise RejectedLine("not_json") from None


def _decode(text: str) -> object:
    return json.loads(
        text,
        strict=False,
        object_pairs_hook=_Pairs,
        parse_int=lambda digits: "0" if digits == "-0" else digits,
        parse_float=lambda digits: repr(float(digits)),
        parse_constant=lambda _: _Pairs(),
    )


def _depth(text: str) -> int:
    """How deep brackets lie in one another. Counted only where there are enough of them."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", _STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _as_text(value: object) -> str | None:
    """Strings, numbers and truth values are text; NaN, arrays and objects are of no type that a field has."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    raise RejectedLine("wrong_type")


def _typed(number: int, values: Values) -> Row:
    for field in FIELDS:
        if field.required and values.get(field.name) is None:
            raise RejectedLine("missing_field")
    logged_at, *others = (_typed_value(field, values.get(field.name)) for field in FIELDS)
    return (number, logged_at, *others)


def _typed_value(field: Field, raw: str | None) -> int | float | str | None:
    text = clean(raw) if raw is not None else ""
    if text in ("", "-"):
        # An empty method, URI or user agent was really sent; without time, address or status there is no
        # request.
        if field.name in ("msec", "remote_addr", "status"):
            raise RejectedLine("missing_field")
        return "" if field.is_empty_told and text == "" and raw is not None else None
    if not field.pattern:
        return text
    if not _PATTERNS[field.name].fullmatch(text):
        raise RejectedLine("wrong_type")
    if field.sql_type == "TIMESTAMP":
        return _microseconds(text)
    return float(text) if field.sql_type == "DOUBLE" else int(text)


def _microseconds(text: str) -> int:
    """µs since 1970 of seconds with a fraction, rounded half up."""
    moment = int(Decimal(text).quantize(_MICROSECOND, ROUND_HALF_UP).scaleb(6))
    if moment < EARLIEST_US:
        raise RejectedLine("time_past")
    if moment >= LATEST_US:
        raise RejectedLine("time_future")
    return moment


def clean(text: str) -> str:
    """The text without control characters; half a surrogate pair becomes U+FFFD."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))
