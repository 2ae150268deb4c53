"""Gunicorn's and Hypercorn's own lines: time, process and level in brackets in front."""

from ingest.envelopes.model import TextEnvelope
from ingest.times import STAMP

ENVELOPE = TextEnvelope(
    name="gunicorn",
    title="Gunicorn, Hypercorn",
    source="https://docs.gunicorn.org/en/stable/settings.html#logging",
    pattern=r"\[<time>\] \[[0-9]+\] \[[A-Z]+\] <line>",
    time=rf"{STAMP}(?: [+-][01][0-9]:?[0-5][0-9])?",
    samples=(
        ("[2026-10-20 08:27:00 +0000] [12] [INFO] a line", "a line", "2026-10-20 08:27:00 +0000", None),
    ),
)
