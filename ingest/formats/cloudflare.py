"""Cloudflare Logpush, dataset HTTP requests; its times as RFC 3339, in seconds or in nanoseconds."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="cloudflare",
    title="Cloudflare Logpush",
    source="https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/http_requests/",
    pointers={
        "time": ("/EdgeStartTimestamp", "/EdgeEndTimestamp"),
        "remote_addr": ("/ClientIP",),
        "method": ("/ClientRequestMethod",),
        "request_uri": ("/ClientRequestURI", "/ClientRequestPath"),
        "status": ("/EdgeResponseStatus",),
        "body_bytes_sent": ("/EdgeResponseBodyBytes",),
        "bytes_sent": ("/EdgeResponseBytes",),
        "host": ("/ClientRequestHost",),
        "scheme": ("/ClientRequestScheme",),
        "protocol": ("/ClientRequestProtocol",),
        "user_agent": ("/ClientRequestUserAgent",),
        "request_id": ("/RayID",),
        "range": ("/RequestHeaders/range",),
        "resp_digest": ("/ResponseHeaders/docker-content-digest",),
        "resp_content_type": ("/EdgeResponseContentType",),
    },
    marks=("remote_addr", "method", "status"),
    advice="add ClientRequestUserAgent, RayID and EdgeResponseBytes to the fields of the job",
    samples=(
        (
            '{"ClientIP":"192.0.2.20","ClientRequestHost":"registry.example.com","ClientRequestMethod":"GET",'
            '"ClientRequestURI":"/v2/acme/app/manifests/1.0","ClientRequestUserAgent":"containerd/v1.7.21",'
            '"EdgeStartTimestamp":1792485780400000000,"EdgeResponseBytes":1600,"EdgeResponseStatus":200,"RayID":"8a1b"}',
            {
                "logged_at": "2026-10-20T08:43:00.400",
                "remote_addr": "192.0.2.20",
                "status": 200,
                "bytes_sent": 1600,
                "request_id": "8a1b",
                "user_agent": "containerd/v1.7.21",
            },
        ),
        (
            '{"ClientIP":"2001:db8::20","ClientRequestMethod":"GET","ClientRequestPath":"/v2/",'
            '"EdgeStartTimestamp":"2026-10-20T08:43:00Z","EdgeResponseStatus":200}',
            {"logged_at": "2026-10-20T08:43:00", "request_uri": "/v2/", "user_agent": None},
        ),
    ),
)
