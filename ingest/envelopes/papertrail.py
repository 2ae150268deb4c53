"""Papertrail's archives: id, two times, the source, facility, severity and program between tabs."""

from ingest.envelopes.model import TextEnvelope
from ingest.times import STAMP

ENVELOPE = TextEnvelope(
    name="papertrail",
    title="Papertrail's archives",
    source="https://www.papertrail.com/help/permanent-log-archives/",
    pattern=r"[0-9]+\t<time>\t[^\t]*\t[0-9]+(?:\t[^\t]*){5}\t<line>",
    time=STAMP,
    samples=(
        (
            "700000000000040000\t2026-10-20T08:12:00Z\t2026-10-20T08:12:01Z\t31181206313902\tgw\t192.0.2.1\tLocal7\tInfo\tnginx\ta line",
            "a line",
            "2026-10-20T08:12:00Z",
            None,
        ),
    ),
)
