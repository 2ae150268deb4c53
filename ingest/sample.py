"""What an object holds, from a sample of its lines: ways of reading, the order of its columns, its year."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress

from ingest import times
from ingest.bytepass import ObjectBytes
from ingest.documents import Pairs
from ingest.envelopes.peel import peel
from ingest.errors import RejectedLine
from ingest.formats import FORMATS, cloudfront, iis, json_fields, named_fields
from ingest.formats.model import AnyFormat
from ingest.line_scan import Way
from ingest.parts import Joiner
from ingest.rawlines import RawLine
from ingest.strict import Comment, Context, document_of, fit, time_of
from ingest.texts import tidy
from ingest.times import NO_REFERENCE, YearReference

SAMPLED_LINES = 1000
_NAMED_LINES = 200
_DAY_US = 86_400 * 10**6
# Before any quote or bracket: what a client sent stands behind one.
_FULL_DATE = re.compile(
    r"(?:[^\"{]{0,120}: )?(20[0-9]{2}[-/][01][0-9][-/][0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9])"
)


def context_of(data: ObjectBytes, head: list[RawLine], declared: AnyFormat | None) -> Context:
    """How the lines of an object are read. `head`: its first lines; `declared`: the only format, if set."""
    formats = (declared,) if declared else FORMATS
    names = _columns(head)
    if names:
        own = {room.FORMAT: room.with_columns(names) for room in (cloudfront, iis)}
        formats = tuple(own.get(item, item) for item in formats)
    if json_fields.FORMAT in formats and (named := named_fields.found_in(_documents(head))):
        place = formats.index(json_fields.FORMAT)
        # Lines that have other names than those of the sample are still tried by the format of all names.
        formats = (*formats[:place], named, *formats[place:])
    return Context(formats, _year(data, head))


def _documents(head: list[RawLine]) -> Iterator[Pairs]:
    """The JSON objects of some lines, and what lies in envelopes around or inside them."""
    for line in head[:: max(1, len(head) // _NAMED_LINES)]:
        text, depth = tidy(line.content), 0
        while True:
            document = document_of(text)
            if isinstance(document, Pairs):
                yield document
            peeled = peel(text, document, depth)
            if peeled is None:
                break
            text, depth = peeled.line, depth + 1


def ways_of(lines: Iterable[RawLine], context: Context) -> Counter[Way]:
    """Which envelopes and formats the lines have, and how many of them."""
    ways: Counter[Way] = Counter()
    joiner = Joiner()
    for line in filter(None, map(joiner.add, lines)):
        with suppress(RejectedLine, Comment):
            found = fit(tidy(line.content), context.formats)
            ways[Way(found.envelopes, found.log_format)] += 1
    return ways


def lacks_zone(texts: Iterable[str], formats: tuple[AnyFormat, ...]) -> bool:
    """Whether one of the lines has a time for which UTC is taken, and which may be local all the same."""
    for text in texts:
        with suppress(RejectedLine, Comment):
            found = fit(text, formats)
            if found.log_format not in (cloudfront.FORMAT, iis.FORMAT) and times.has_no_zone(time_of(found)):
                return True
    return False


def _columns(head: list[RawLine]) -> list[str]:
    sign = cloudfront.HEADER
    texts = (tidy(line.content) for line in head)
    return next((text.removeprefix(sign).split() for text in texts if text.startswith(sign)), [])


def _year(data: ObjectBytes, head: list[RawLine]) -> YearReference:
    """The year of syslog's times. A full date in front of one of the first lines tells it, to half a year;
    without one the file's own date does: nothing in it is younger, but for a clock that is a day wrong."""
    for line in head:
        found = _FULL_DATE.match(tidy(line.content))
        moment = times.microseconds(found[1], NO_REFERENCE) if found else None
        if moment is not None:
            return YearReference(moment + 183 * _DAY_US)
    return YearReference(data.modified_ns // 1000 + _DAY_US)
