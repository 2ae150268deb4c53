"""Google Cloud's load balancer, as Cloud Logging exports it."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="google-load-balancer",
    title="Google Cloud load balancer",
    source="https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest",
    pointers={
        "time": ("/timestamp", "/receiveTimestamp"),
        "remote_addr": ("/httpRequest/remoteIp",),
        "method": ("/httpRequest/requestMethod",),
        "request_uri": ("/httpRequest/requestUrl",),
        "protocol": ("/httpRequest/protocol",),
        "status": ("/httpRequest/status",),
        "bytes_sent": ("/httpRequest/responseSize",),
        "user_agent": ("/httpRequest/userAgent",),
        "request_id": ("/insertId",),
    },
    marks=("/httpRequest/requestMethod", "/httpRequest/requestUrl"),
    samples=(
        (
            '{"httpRequest":{"latency":"0.012s","remoteIp":"192.0.2.20","requestMethod":"GET","requestSize":"300",'
            '"requestUrl":"https://registry.example.com/v2/acme/app/manifests/1.0","responseSize":"1600","status":200,'
            '"userAgent":"containerd/v1.7.21"},"insertId":"1a2b3c","timestamp":"2026-10-20T08:43:00.400123Z"}',
            {
                "logged_at": "2026-10-20T08:43:00.400123",
                "remote_addr": "192.0.2.20",
                "request_uri": "https://registry.example.com/v2/acme/app/manifests/1.0",
                "status": 200,
                "bytes_sent": 1600,
                "request_id": "1a2b3c",
            },
        ),
    ),
)
