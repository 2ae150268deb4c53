"""logfmt: names and values with `=` between them, as Go's slog, Grafana, Caddy's logfmt encoder and many others write.

What is inside is the same as a JSON object, so that each format of JSON can read it.
"""

from ingest.envelopes.model import PairsEnvelope

ENVELOPE = PairsEnvelope(
    name="logfmt",
    title="logfmt (`method=GET status=200 …`)",
    source="https://brandur.org/logfmt",
    # A text in quotes is written as in JSON; one without may hold neither quotes nor backslashes.
    pair=r"([A-Za-z_][A-Za-z0-9_.@/-]*)=(?:\"((?:[^\"\\]|\\.)*)\"|([^ \"\\]*))(?: +|$)",
    samples=(
        (
            'time=2026-10-20T08:27:00Z level=INFO msg="a \\"b\\"" path=/v2/',
            '{"time":"2026-10-20T08:27:00Z","level":"INFO","msg":"a \\"b\\"","path":"/v2/"}',
            None,
            None,
        ),
    ),
)
