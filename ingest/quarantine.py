"""What is kept of a line that is no request: enough to find and explain it, nothing of its content."""

from __future__ import annotations

import hashlib
import hmac
import re

from ingest.errors import RejectedLine
from ingest.rawlines import RawLine

_SHAPE_BYTES = 1024
_SHAPE_CHARACTERS = 200
_CLASSES = (
    (re.compile(r"[^\W\d_]+"), "a"),
    (re.compile(r"\d+"), "0"),
    (re.compile(r"[^\x21-\x7e]+"), " "),
)

RejectedRow = tuple[int, str, str | None, int, str, str]


def rejected_row(line: RawLine, rejection: RejectedLine, key: bytes) -> RejectedRow:
    """line_number, reason, field (what is missing or wrong; null where none is named), line_length (bytes),
    line_digest, shape.

    The digest is `line_digest` of the line, or of its first 64 KiB.
    """
    digest = line_digest(line.content, key)
    return (line.number, rejection.reason, rejection.field, line.length, digest, shape(line.content))


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
