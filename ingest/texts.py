"""Text as logs write it: what is stripped from a line, and what escapes stand for."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

from ingest.documents import BYTES, bytes_of

_BOM = b"\xef\xbb\xbf"
_HOLES = re.compile(rb"(^|\n)\x00+")
# RFC 7464 puts it before each JSON text (journalctl -o json-seq).
_RECORD_SEPARATORS = re.compile(rb"(^|\n)\x1e")
_ESCAPED = re.compile(r'(?:\\x[0-9A-Fa-f]{2})+|\\(["\\])')


def tidy(content: bytes) -> str:
    """The text of one line, or of several with \\n between them.

    Stripped from each line: NULs at its head (a hole that copytruncate left), a byte order mark, a record
    separator, a carriage return at its end. What is no UTF-8 becomes U+FFFD: nginx writes what the client
    sent.
    """
    if b"\x00" in content:
        content = _HOLES.sub(rb"\1", content)
    if _BOM in content:
        content = content.removeprefix(_BOM).replace(b"\n" + _BOM, b"\n")
    if b"\x1e" in content:
        content = _RECORD_SEPARATORS.sub(rb"\1", content)
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").removesuffix(b"\r")
    return content.decode("utf-8", "replace")


def unescaped(text: str, escapes: str) -> str:
    """What a format's escapes stand for. `escapes`: backslash, json, percent, plus or none."""
    if escapes == "backslash" and "\\" in text:
        return _ESCAPED.sub(lambda found: found[1] or bytes_of(found[0]), text)
    if escapes == "json" and "\\" in text:
        return _from_json(text)
    if escapes == "percent" and "%" in text:
        once = unquote(text)
        # CloudFront encodes what was encoded already once more: a space is %2520.
        return unquote(once) if "%25" in text else once
    return text.replace("+", " ") if escapes == "plus" else text


def _from_json(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return BYTES.sub(lambda run: bytes_of(run[0]), text)
