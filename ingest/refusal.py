"""When an object is refused as a whole, in words that quote nothing from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest import documents, proposal, template
from ingest.documents import Pairs
from ingest.envelopes import MAX_DEPTH
from ingest.envelopes.peel import peel
from ingest.errors import ObjectError
from ingest.fields import FIELDS
from ingest.formats import BY_NAME, CONTRACT_A, FORMATS, named_fields, own
from ingest.formats.model import AnyFormat, JsonFormat
from ingest.line_scan import Way
from ingest.looks import is_notification, look
from ingest.rawlines import RawLine
from ingest.strict import REQUIRED, Context, is_comment
from ingest.texts import tidy

if TYPE_CHECKING:
    from ingest.reader import ReadCounts

_UNKNOWN = "docs/log-format.md has the formats that are known, and how to name one of your own."
_LOG_IT = (
    "What that is cannot be guessed: have it logged too, or load the log of what answers HTTP in front of the"
    " registry (docs/log-format.md)."
)
_KNOWN_FIELD = re.compile("|".join(f'"{item.name}"' for item in FIELDS))


def check_head(head: list[RawLine], ways: Counter[Way], context: Context, name: str) -> None:
    """Raise ObjectError where none of the first lines is an access log's; comments alone are no fault."""
    texts = [text for line in head if not is_comment(text := tidy(line.content))]
    if not texts or ways:
        return
    if len(context.formats) < len(FORMATS):
        _check_declared(texts, context.formats[0], name)
    elif is_notification(texts[0]) or not any(_is_nearly_contract_a(text) for text in texts):
        seen, way_out = look(texts)
        way_out = way_out or _proposal(texts)
        lacking = _lacking(texts) if not way_out and head[-1].is_ended else ""
        if lacking:
            seen, way_out = f"{'JSON' if seen.startswith('JSON') else 'text'} without {lacking}", _LOG_IT
        raise ObjectError(
            name, f"is no access log that can be read: it begins with {seen}", way_out or _UNKNOWN
        )


def check(counts: ReadCounts, head: list[RawLine], name: str) -> None:
    """Raise ObjectError where lines are unaccounted for, or none of them is a request.

    `head`: the object's first lines.
    """
    unaccounted = counts.lines - counts.staged - counts.quarantined - counts.skipped
    if unaccounted:
        raise ObjectError(
            name, f"{unaccounted} of {counts.lines} lines are unaccounted for", "This is a defect."
        )
    if not counts.quarantined or counts.staged:
        return
    item = BY_NAME.get(counts.log_format)
    if item and "time" not in item.has and counts.missing_fields.get("time"):
        raise ObjectError(
            name,
            f"its lines ({item.title}) have no time of their own",
            f"The line's time must come from syslog around it: {item.advice}.",
        )
    called = "your log_format has it" if counts.log_format == own.NAME else counts.log_format
    reasons = ", ".join(f"{reason} {count}" for reason, count in counts.reasons.items())
    fields = ", ".join(f"{field} {count}" for field, count in counts.missing_fields.items())
    raise ObjectError(
        name,
        f"none of its {counts.quarantined} lines can be read as {called} ({reasons})"
        + (f"; missing: {fields}" if fields else "")
        + (f"; of another form: {', '.join(counts.wrong_fields)}" if counts.wrong_fields else ""),
        _advice(counts, [tidy(line.content) for line in head]),
    )


def _advice(counts: ReadCounts, texts: list[str]) -> str:
    if proposed := _proposal(texts):
        return proposed
    if "time" in counts.wrong_fields:
        return (
            "Write its time as 2026-10-20T08:00:00Z or as seconds since 1970. Whether 02/01/2026 is in"
            " January or in February only you know; if it is in February:"
            " jq -c '.time |= (strptime(\"%m/%d/%Y %H:%M:%S\") | todate)'."
            " With AM or PM its clock is %I:%M:%S %p."
        )
    lacking = named_fields.lacking(_documents(texts))
    return (f"It has no field that looks like {' or '.join(lacking)}. " if lacking else "") + (
        "Compare its fields with docs/log-format.md."
    )


def _lacking(texts: list[str]) -> str:
    """What a request needs and no line tells, in words; nothing where most is lacking."""
    lacking = named_fields.lacking(_documents(texts))
    inmost = [*_layers(texts)][-1]
    if not lacking and not any(_documents(inmost)):
        lacking = template.lacking(inmost)
    return " and without ".join(lacking)


def _proposal(texts: list[str]) -> str:
    """What to set to have these lines read, tried on them; empty where nothing was found."""
    for layer in _layers(texts):
        if table := proposal.propose(_documents(layer)):
            return (
                "By their values some of its fields say what is needed. If they are the right ones, put this"
                " line into pullhouse.toml and run again with LOG_FORMAT=mine:"
                f" {proposal.as_toml(table)}"
            )
        if log_format := template.propose(layer):
            return (
                "By their values some of its columns say what is needed. If they are the right ones, run"
                f" again with LOG_FORMAT='{log_format}'"
            )
    return ""


def _layers(texts: list[str]) -> Iterator[list[str]]:
    """The lines, and what lies in the envelopes around them, from the outside inwards."""
    for depth in range(MAX_DEPTH):
        yield texts
        peeled = [peel(text, _document(text), depth) for text in texts]
        texts = [inside.line for inside in peeled if inside]
        if not texts:
            return


def _check_declared(texts: list[str], item: AnyFormat, name: str) -> None:
    """A JSON path that leads nowhere in any line is a mistake in the table, not in the log."""
    if not isinstance(item, JsonFormat) or item is CONTRACT_A:
        return
    loaded = list(_documents(texts))
    lost = [
        f"{field} ({', '.join(item.pointers[field])})"
        for field in ("time", *REQUIRED)
        if field in item.pointers
        and not any(documents.first_text(document, item.pointers[field]) for document in loaded)
    ]
    if loaded and lost:
        raise ObjectError(
            name,
            f"in the format {item.name} these paths lead nowhere in its first {len(loaded)} lines: "
            + "; ".join(lost),
            "Compare them with a line of the log: a/b is b inside a.",
        )


def _documents(texts: list[str]) -> Iterator[Pairs]:
    return (document for document in map(_document, texts) if document is not None)


def _document(text: str) -> Pairs | None:
    try:
        document = documents.load(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, Pairs) else None


def _is_nearly_contract_a(text: str) -> bool:
    """A line that at least begins as an object, and names two fields of contract A."""
    return text.lstrip().startswith("{") and len(set(_KNOWN_FIELD.findall(text))) >= 2
