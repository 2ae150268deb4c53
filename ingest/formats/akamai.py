"""Akamai's DataStream 2. `reqPath` has no slash in front."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="akamai",
    title="Akamai DataStream 2 (JSON)",
    source="https://techdocs.akamai.com/datastream2/docs/data-set-parameters",
    pointers={
        "time": ("/reqTimeSec",),
        "remote_addr": ("/cliIP",),
        "x_forwarded_for": ("/xForwardedFor",),
        "method": ("/reqMethod",),
        "request_uri": ("/reqPath",),
        "args": ("/queryStr",),
        "status": ("/statusCode",),
        "body_bytes_sent": ("/bytes",),
        "bytes_sent": ("/totalBytes",),
        "host": ("/reqHost",),
        "user_agent": ("/UA",),
        "range": ("/range",),
        "request_id": ("/reqId",),
        "resp_content_type": ("/rspContentType",),
        "resp_content_length": ("/rspContentLen",),
    },
    escapes="percent",
    marks=("/cliIP", "/reqMethod", "/reqPath"),
    samples=(
        (
            '{"version":1,"reqId":"1239f220","reqTimeSec":"1792486000.400","bytes":"1600","cliIP":"192.0.2.20",'
            '"statusCode":"200","proto":"HTTPS","reqHost":"registry.example.com","reqMethod":"GET",'
            '"reqPath":"v2/acme/app/manifests/1.0","UA":"docker/27.3.1%20go/go1.22.7","totalBytes":"1900"}',
            {
                "logged_at": "2026-10-20T08:46:40.400",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "v2/acme/app/manifests/1.0",
                "status": 200,
                "body_bytes_sent": 1600,
                "user_agent": "docker/27.3.1 go/go1.22.7",
            },
        ),
    ),
)
