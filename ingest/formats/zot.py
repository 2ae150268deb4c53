"""zot: the lines of its HTTP API."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="zot",
    title="zot",
    source="https://zotregistry.dev/latest/admin-guide/admin-configuration/#logging",
    pointers={
        "time": ("/time",),
        "remote_addr": ("/clientIP",),
        "x_forwarded_for": ("/headers/X-Forwarded-For/0",),
        "method": ("/method",),
        "request_uri": ("/path",),
        "args": ("/raw_query",),
        "status": ("/statusCode",),
        "body_bytes_sent": ("/bodySize",),
        "request_time": ("/latency",),
        "user_agent": ("/headers/User-Agent/0",),
        "range": ("/headers/Range/0",),
    },
    duration="go",
    marks=("/clientIP", "/path", "/statusCode"),
    samples=(
        (
            '{"level":"info","module":"http","clientIP":"192.0.2.20:59979","method":"GET",'
            '"path":"/v2/acme/app/manifests/1.0","statusCode":200,"latency":"77us","bodySize":1600,'
            '"headers":{"User-Agent":["containerd/v1.7.21"]},"time":"2026-10-20T08:21:00.400Z","message":"HTTP API"}',
            {
                "logged_at": "2026-10-20T08:21:00.400",
                "remote_addr": "192.0.2.20:59979",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 77 / 1e6,
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
