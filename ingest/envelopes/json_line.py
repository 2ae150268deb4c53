"""A JSON object with the line in it: docker's json-file, Fluent Bit, Vector, Loki, journald, CloudWatch …"""

from ingest.envelopes.model import JsonEnvelope

ENVELOPE = JsonEnvelope(
    name="json-line",
    title="JSON with the line inside (docker json-file, Fluent Bit, Vector, Loki, Filebeat, journald, CloudWatch)",
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
        "/_msg",
        "/body",
        "/_raw",
        "/short_message",
        "/_source",
        "/result",
        # Splunk's HTTP collector, and docker's splunk driver
        "/event",
        "/event/line",
        # Kafka Connect, Falcon LogScale, Mezmo, NXLog, Loggly, Azure's container log, OpenTelemetry
        "/payload",
        "/@rawstring",
        "/_line",
        # Kibana, where it asks for fields and not for the source
        "/fields/message/0",
        "/Message",
        "/raw",
        "/LogMessage",
        "/LogEntry",
        "/Log",
        "/Body",
        # Azure writes some properties as text.
        "/properties",
    ),
    time=(
        "/time",
        "/timestamp",
        "/@timestamp",
        "/ts",
        "/date",
        "/__REALTIME_TIMESTAMP",
        "/TimeGenerated",
        "/Timestamp",
        "/TimeStamp",
        "/_ts",
        "/_time",
        "/dt",
        "/fields/@timestamp/0",
    ),
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
        (
            '{"@timestamp":"2026-10-20T08:16:00.4Z","log":{"offset":7,"file":{"path":"/var/log/nginx/access.log"}},'
            '"message":"a line","input":{"type":"filestream"},"host":{"name":"gw"}}',
            "a line",
            "2026-10-20T08:16:00.4Z",
            None,
        ),
        # Graylog's GELF, an Elasticsearch dump, and rsyslog, which keeps the space in front of a message.
        ('{"version":"1.1","host":"gw","short_message":"a line","level":6}', "a line", None, None),
        ('{"_index":"nginx","_id":"1","_source":{"a":"1"}}', '{"a":"1"}', None, None),
        ('{"msg":" a line","programname":"nginx"}', "a line", None, None),
        ('{"date":1792483200.5,"log":{"a":1}}', '{"a":"1"}', "1792483200.5", None),
        # https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector
        ('{"time":"1792483200.5","host":"gw","event":"a line"}', "a line", "1792483200.5", None),
        ('{"event":{"line":"a line","source":"stdout","tag":"0a"}}', "a line", None, None),
        # az containerapp logs show
        ('{"TimeStamp":"2026-10-20T08:16:00.4Z","Log":"a line"}', "a line", "2026-10-20T08:16:00.4Z", None),
        (
            '{"TimeGenerated":"2026-10-20T08:16:00.4Z","PodName":"gw-0","LogMessage":"a line"}',
            "a line",
            "2026-10-20T08:16:00.4Z",
            None,
        ),
    ),
)
