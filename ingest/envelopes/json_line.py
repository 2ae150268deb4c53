"""A JSON object with the line in it: docker's json-file, Fluent Bit, Vector, Loki, journald, CloudWatch …"""

from ingest.envelopes.model import JsonEnvelope

ENVELOPE = JsonEnvelope(
    name="json-line",
    title="JSON with the line inside (docker json-file, Fluent Bit, Vector, Loki, journald, CloudWatch)",
    source="https://docs.docker.com/engine/logging/drivers/json-file/",
    line=(
        "/log",
        "/message",
        "/MESSAGE",
        "/line",
        "/@message",
        "/textPayload",
        "/jsonPayload",
        "/log_processed",
        "/event/original",
        "/msg",
        "/body",
        "/_raw",
    ),
    time=("/time", "/timestamp", "/@timestamp", "/ts", "/date", "/__REALTIME_TIMESTAMP"),
    samples=(
        (
            '{"log":"a line\\n","stream":"stdout","time":"2026-10-20T08:16:00.4Z"}',
            "a line",
            "2026-10-20T08:16:00.4Z",
            None,
        ),
        (
            '{"__REALTIME_TIMESTAMP":"1792483200123456","MESSAGE":"a line"}',
            "a line",
            "1792483200123456",
            None,
        ),
        # journald writes bytes as numbers where a line is not all text.
        ('{"MESSAGE":[97,32,108,105,110,101]}', "a line", None, None),
        (
            '{"labels":{"app":"gw"},"line":"a line","timestamp":"2026-10-20T08:16:00Z"}',
            "a line",
            "2026-10-20T08:16:00Z",
            None,
        ),
        (
            '{"timestamp":1792483200123,"message":"a line","logStreamName":"x"}',
            "a line",
            "1792483200123",
            None,
        ),
        ('{"date":1792483200.5,"log":{"a":1}}', '{"a":"1"}', "1792483200.5", None),
    ),
)
