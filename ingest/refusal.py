"""When an object is refused as a whole, in words that quote nothing from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest import documents, proposal
from ingest.documents import Pairs
from ingest.errors import ObjectError
from ingest.fields import FIELDS
from ingest.formats import BY_NAME, CONTRACT_A, FORMATS, named_fields
from ingest.formats.model import AnyFormat, JsonFormat
from ingest.line_scan import Way
from ingest.looks import is_notification, look
from ingest.rawlines import RawLine
from ingest.strict import REQUIRED, Context, is_comment
from ingest.texts import tidy

if TYPE_CHECKING:
    from ingest.reader import ReadCounts

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
        if not way_out and (lacking := named_fields.lacking(_documents(texts))):
            seen = f"JSON without {' and without '.join(lacking)}, and what that is cannot be guessed"
        raise ObjectError(
            name, f"is no access log that can be read: it begins with {seen}", way_out or _way_out(texts)
        )


def check(counts: ReadCounts, name: str) -> None:
    """Raise ObjectError where lines are unaccounted for, or none of them is a request."""
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
    reasons = ", ".join(f"{reason} {count}" for reason, count in counts.reasons.items())
    fields = ", ".join(f"{field} {count}" for field, count in counts.missing_fields.items())
    raise ObjectError(
        name,
        f"none of its {counts.quarantined} lines can be read as {counts.log_format} ({reasons})"
        + (f"; missing: {fields}" if fields else "")
        + (f"; of another form: {', '.join(counts.wrong_fields)}" if counts.wrong_fields else ""),
        "Compare its fields with docs/log-format.md.",
    )


def _way_out(texts: list[str]) -> str:
    table = proposal.propose(_documents(texts))
    if not table:
        return "docs/log-format.md has the formats that are known, and how to name one of your own."
    return (
        "By their values some of its fields say what is needed. If they are the right ones, put this line"
        f" into pullhouse.toml and run again with LOG_FORMAT=mine: {proposal.as_toml(table)}"
    )


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
