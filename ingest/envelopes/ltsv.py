"""LTSV: labels and values with `:` between them and tabs behind them. What is inside is a JSON object."""

from ingest.envelopes.model import PairsEnvelope

ENVELOPE = PairsEnvelope(
    name="ltsv",
    title="LTSV",
    source="https://github.com/seratch/ltsv4s",
    # The third group is of logfmt only: what has no quotes stands as it is.
    pair=r"([A-Za-z0-9_.-]+):([^\t]*)()(?:\t|$)",
    is_plain=True,
    samples=(
        (
            "time:[20/Oct/2026:08:27:00 +0000]\thost:192.0.2.20\treq:GET /v2/ HTTP/1.1\tstatus:200",
            '{"time":"[20/Oct/2026:08:27:00 +0000]","host":"192.0.2.20","req":"GET /v2/ HTTP/1.1","status":"200"}',
            None,
            None,
        ),
    ),
)
