"""What is kept of a line that is no request: enough to find and explain it, nothing of its content."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime

from ingest.errors import RejectedLine
from ingest.rawlines import RawLine

_SHAPE_BYTES = 1024
_SHAPE_CHARACTERS = 200
_CLASSES = (
    (re.compile(r"[^\W\d_]+"), "a"),
    (re.compile(r"\d+"), "0"),
    (re.compile(r"[^\x21-\x7e]+"), " "),
)

# The beginning of a path of the registry's API, and what ends one in any format.
_PATH_BYTES = 1024
_API = b"/v2/"
_END_OF_PATH = re.compile(rb"[\s\"'?\\|,]")

# How a log may write its time: 1767225600.123, 2026-01-01T…, [01/Jan/2026:…
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME = re.compile(
    rb"\b(?P<seconds>[12][0-9]{9})\.[0-9]{3}\b|\b(?P<date>20[0-9]{2}-[01][0-9]-[0-3][0-9])[T ]"
    rb"|\b(?P<day>[0-3][0-9])/(?P<month>[A-Z][a-z]{2})/(?P<year>20[0-9]{2}):"
)

RejectedRow = tuple[int, str, str | None, int, str, str, str | None, str | None]


def rejected_row(line: RawLine, rejection: RejectedLine, key: bytes) -> RejectedRow:
    """line_number, reason, field (what is missing or wrong; null where none is named), line_length (bytes),
    line_digest, shape, request_path and written_on (as the
    functions of these names say).

    The digest is `line_digest` of the line, or of its first 64 KiB.
    """
    digest = line_digest(line.content, key)
    return (
        line.number, rejection.reason, rejection.field, line.length, digest, shape(line.content),
        request_path(line.content), written_on(line.content),
    )  # fmt: skip


def request_path(content: bytes) -> str | None:
    """The first path of the registry's API that stands in a line, whatever else is wrong with it."""
    at = content.find(_API)
    escaped = content.find(_API.replace(b"/", b"\\/")) if at < 0 else -1
    if at < 0 and escaped < 0:
        return None
    text = content[max(at, escaped) :][:_PATH_BYTES]
    text = text.replace(b"\\/", b"/") if at < 0 else text
    return _END_OF_PATH.split(text, maxsplit=1)[0].decode("utf-8", "replace")


def written_on(content: bytes) -> str | None:
    """The UTC day (YYYY-MM-DD, perhaps no day of any calendar) of the first time that stands in a line."""
    found = _TIME.search(content[:_SHAPE_BYTES])
    if found is None:
        return None
    text = {name: value.decode() for name, value in found.groupdict().items() if value}
    if "seconds" in text:
        return datetime.fromtimestamp(int(text["seconds"]), UTC).date().isoformat()
    if "date" in text:
        return text["date"]
    month = _MONTHS.index(text["month"]) + 1 if text["month"] in _MONTHS else 0
    return f"{text['year']}-{month:02}-{text['day']}"


def line_digest(content: bytes, key: bytes) -> str:
    """HMAC-SHA256 (32 hex): it finds the line again for who has the log and the key.

    To others it tells nothing. Without a key all addresses could be tried in what else is known of the line.
    """
    return hmac.new(key, content, hashlib.sha256).hexdigest()[:32]


def shape(content: bytes) -> str:
    """The line with each run of letters as a, of digits as 0, of anything unprintable as a space."""
    text = content[:_SHAPE_BYTES].decode("utf-8", "replace")
    for pattern, sign in _CLASSES:
        text = pattern.sub(sign, text)
    return text[:_SHAPE_CHARACTERS]
