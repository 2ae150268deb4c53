"""Syslog as RFC 5424 has it, with structured data."""

from ingest.envelopes.model import TextEnvelope
from ingest.times import STAMP

_DATA = r"(?:-|(?:\[(?:[^\]\\\"]|\\.|\"(?:[^\"\\]|\\.)*\")*\])+)"

# The specification puts a byte order mark in front of a message in UTF-8.
_MARK = "\ufeff"

ENVELOPE = TextEnvelope(
    name="syslog-5424",
    title="syslog (RFC 5424)",
    source="https://www.rfc-editor.org/rfc/rfc5424",
    pattern=rf"(?:[0-9]+ )?(?:<[0-9]{{1,3}}>)?1 (?:<time>|-) [^ ]+ [^ ]+ [^ ]+ [^ ]+ {_DATA} {_MARK}?<line>",
    time=STAMP,
    samples=(
        (
            "<190>1 2026-10-20T08:00:00.1Z gw nginx 512 - - a line",
            "a line",
            "2026-10-20T08:00:00.1Z",
            None,
        ),
        (
            '<165>1 2026-10-20T08:00:00Z gw app - ID47 [x@32473 iut="3" e="a\\]b"][y a="1"] \ufeffa line',
            "a line",
            "2026-10-20T08:00:00Z",
            None,
        ),
    ),
)
