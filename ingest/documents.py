"""JSON as the strict reader sees it: pairs, so that a field given twice shows, and numbers as written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from ingest.fields import MAX_DEPTH

# An unclosed string reaches to the end: to look for its end from every quote would take quadratic time.
_STRING = r'"(?:[^"\\]|\\.)*"?'
_STRINGS = re.compile(_STRING, re.DOTALL)
# Outside strings: a comma before a closing bracket, and the names of what is not a number. DuckDB reads both.
_TOLERATED = re.compile(rf"({_STRING})|,(?=\s*[}}\]])|-?\b(?:nan|inf(?:inity)?)\b", re.IGNORECASE | re.DOTALL)
# The beginning of a time in brackets: [20/Oct/2026:08:27:00 +0000].
_BRACKETED_DAY = re.compile(r"\[[0-3][0-9]/[A-Z]")
# What nginx writes without `escape=json`: bytes as \x22, which is no JSON.
BYTES = re.compile(r"(?:\\x[0-9A-Fa-f]{2})+")


class Pairs(list[tuple[str, object]]):
    """A JSON object as its pairs, so that a doubled key can be seen."""

    def get(self, key: str) -> object:
        """The value of a key, the first where it is given twice; None without one."""
        return next((value for name, value in self if name == key), None)


class NotANumber:
    """NaN and infinity: of no type that a field has."""


def load(text: str) -> object:
    """The document. Raises ValueError where it is no JSON.

    Repairs: bytes that were written as \\xHH, control characters inside strings, a comma too many.
    """
    try:
        return _decode(text)
    except ValueError:
        pass
    if BYTES.search(text):
        text = BYTES.sub(lambda run: json.dumps(bytes_of(run[0]))[1:-1], text)
    return _decode(_TOLERATED.sub(lambda found: found[1] or ("NaN" if found[0] != "," else ""), text))


def bytes_of(run: str) -> str:
    """The text of a run of \\xHH."""
    return bytes.fromhex(run.replace("\\x", "")).decode("utf-8", "replace")


def is_too_deep(text: str) -> bool:
    """Whether brackets lie deeper in one another than MAX_DEPTH. Counted only where there are enough."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", _STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH


def first_text(document: Pairs, pointers: Iterable[str]) -> str | None:
    """The first text, number or truth value that a JSON pointer leads to.

    Objects, arrays and NaN are passed over, and so are texts that begin like an object: the fast reader sees
    no difference. A time in brackets (Tomcat) is none of these.
    """
    for pointer in pointers:
        text = as_text(at(document, pointer))
        if text is not None and (not text.startswith(("{", "[")) or _BRACKETED_DAY.match(text)):
            return text
    return None


def at(document: object, pointer: str) -> object:
    """What a JSON pointer (RFC 6901) leads to; None where it leads nowhere."""
    for part in pointer[1:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Pairs):
            document = document.get(key)
        elif isinstance(document, list) and key.isdigit():
            document = document[int(key)] if int(key) < len(document) else None
        else:
            return None
    return document


def as_text(value: object) -> str | None:
    """Strings, numbers and truth values are text; arrays and objects are not, nor is null."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def dump(value: object) -> str:
    """JSON for a part of a document, so that it can be read as a line. Numbers come out as strings."""
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{json.dumps(key)}:{dump(part)}" for key, part in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(None if isinstance(value, NotANumber) else value)


def _decode(text: str) -> object:
    return json.loads(
        text,
        strict=False,
        object_pairs_hook=Pairs,
        parse_int=lambda digits: "0" if digits == "-0" else digits,
        parse_float=lambda digits: repr(float(digits)),
        parse_constant=lambda _: NotANumber(),
    )
