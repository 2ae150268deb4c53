"""Take the outermost envelope off a line, for the strict reader."""

from __future__ import annotations

from ingest import documents
from ingest.documents import Pairs
from ingest.envelopes import ENVELOPES, MAX_DEPTH
from ingest.envelopes.model import AS_JSON, HOST, JsonEnvelope, PairsEnvelope, Peeled, TextEnvelope


def peel(text: str, document: Pairs | str | None, depth: int) -> Peeled | None:
    """What is inside the first envelope that fits; None where none does, or `depth` lie around it already.

    `document`: the text as JSON, where it is a JSON object.
    """
    if depth >= MAX_DEPTH:
        return None
    for envelope in ENVELOPES:
        if isinstance(envelope, TextEnvelope):
            peeled = _prefix(envelope, text)
        elif isinstance(envelope, PairsEnvelope):
            peeled = _pairs(envelope, text)
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


def _pairs(envelope: PairsEnvelope, text: str) -> Peeled | None:
    line, pair = envelope.strict
    if not line.fullmatch(text):
        return None
    if envelope.is_plain:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return Peeled(envelope.name, "{" + pair.sub(AS_JSON, text).removesuffix(",") + "}")


def _inside(envelope: JsonEnvelope, document: Pairs) -> Peeled | None:
    values = [documents.at(document, pointer) for pointer in envelope.line]
    records = (documents.dump(value) for value in values if isinstance(value, Pairs))
    line = next(filter(None, (*map(_text, values), *records)), None)
    if not line:
        return None
    return Peeled(
        envelope.name, line.rstrip("\r\n").lstrip(" "), documents.first_text(document, envelope.time)
    )


def _text(value: object) -> str | None:
    """The line as text; journald writes bytes as numbers."""
    return (
        _from_bytes(value)
        if isinstance(value, list) and not isinstance(value, Pairs)
        else documents.as_text(value)
    )


def _from_bytes(numbers: list[object]) -> str | None:
    try:
        return bytes(int(str(number)) for number in numbers).decode("utf-8", "replace")
    except ValueError:
        return None
