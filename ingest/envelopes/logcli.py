"""`logcli query`: the time, the labels of the stream, the line."""

from ingest.envelopes.model import TextEnvelope
from ingest.times import STAMP

_LABEL = r"[A-Za-z_][A-Za-z0-9_]*=\"(?:[^\"\\]|\\.)*\""

ENVELOPE = TextEnvelope(
    name="logcli",
    title="logcli query",
    source="https://grafana.com/docs/loki/latest/query/logcli/getting-started/",
    pattern=rf"<time> \{{(?:{_LABEL}(?:, ?{_LABEL})*)?\}} +<line>",
    time=STAMP,
    samples=(
        (
            '2026-10-20T08:12:00Z {app="nginx", pod="gw-0"} a line',
            "a line",
            "2026-10-20T08:12:00Z",
            None,
        ),
        ("2026-10-20T08:12:00+02:00 {} a line", "a line", "2026-10-20T08:12:00+02:00", None),
    ),
)
