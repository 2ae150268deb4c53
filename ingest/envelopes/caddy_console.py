"""Caddy's log as it is written for a terminal: columns, and the fields as JSON in the last of them."""

from ingest.envelopes.model import TextEnvelope
from ingest.times import STAMP

ENVELOPE = TextEnvelope(
    name="caddy-console",
    title="Caddy's console encoder",
    source="https://caddyserver.com/docs/caddyfile/directives/log#format-modules",
    pattern=r"<time>\t[A-Z]+\t[^\t]*\t[^\t]*\t<line>",
    time=STAMP,
    begins=r"\{",
    samples=(
        (
            '2026/10/20 08:24:00.123\tINFO\thttp.log.access.log0\thandled request\t{"status": 200}',
            '{"status": 200}',
            "2026/10/20 08:24:00.123",
            None,
        ),
    ),
)
