"""Take the outermost envelope off a line, for the strict reader."""

from __future__ import annotations

from ingest import documents
from ingest.documents import Pairs
from ingest.envelopes import ENVELOPES, MAX_DEPTH
from ingest.envelopes.model import HOST, JsonEnvelope, Peeled, TextEnvelope


def peel(text: str, document: Pairs | str | None, depth: int) -> Peeled | None:
    """What is inside the first envelope that fits; None where none does, or `depth` lie around it already.

    `document`: the text as JSON, where it is a JSON object.
    """
    if depth >= MAX_DEPTH:
        return None
    for envelope in ENVELOPES:
        if isinstance(envelope, TextEnvelope):
            peeled = _prefix(envelope, text)
        else:
            peeled = _inside(envelope, document) if isinstance(document, Pairs) else None
        if peeled:
            return peeled
    return None


def _prefix(envelope: TextEnvelope, text: str) -> Peeled | None:
    found = envelope.strict.fullmatch(text)
    if not found:
        return None
    said = dict(zip(envelope.groups, found.groups(), strict=True))
    host = said.get("host")
    if host and not HOST.fullmatch(host):
        host = None
    return Peeled(envelope.name, said["line"], said.get("time"), host)


def _inside(envelope: JsonEnvelope, document: Pairs) -> Peeled | None:
    for pointer in envelope.line:
        line = _line(documents.at(document, pointer))
        if line:
            time = documents.first_text(document, envelope.time)
            return Peeled(envelope.name, line.rstrip("\r\n"), time)
    return None


def _line(value: object) -> str | None:
    """The line as text; a record in a record is read as a line, and journald writes bytes as numbers."""
    if isinstance(value, list) and not isinstance(value, Pairs):
        return _from_bytes(value)
    return documents.dump(value) if isinstance(value, Pairs) else documents.as_text(value)


def _from_bytes(numbers: list[object]) -> str | None:
    try:
        return bytes(int(str(number)) for number in numbers).decode("utf-8", "replace")
    except ValueError:
        return None
