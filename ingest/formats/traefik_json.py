"""Traefik's JSON. Headers are there only where `accesslog.fields.headers` keeps them."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="traefik-json",
    title="Traefik (JSON)",
    source="https://doc.traefik.io/traefik/observe/logs-and-access-logs/",
    pointers={
        "time": ("/StartUTC", "/time"),
        "remote_addr": ("/ClientHost", "/ClientAddr"),
        "x_forwarded_for": ("/request_X-Forwarded-For",),
        "method": ("/RequestMethod",),
        "request_uri": ("/RequestPath",),
        "status": ("/DownstreamStatus", "/OriginStatus"),
        "body_bytes_sent": ("/DownstreamContentSize",),
        "host": ("/RequestHost",),
        "scheme": ("/RequestScheme",),
        "protocol": ("/RequestProtocol",),
        "user_agent": ("/request_User-Agent",),
        "range": ("/request_Range",),
        "resp_digest": ("/downstream_Docker-Content-Digest", "/origin_Docker-Content-Digest"),
        "resp_content_type": ("/downstream_Content-Type", "/origin_Content-Type"),
        "request_id": ("/request_X-Request-Id",),
    },
    marks=("/RequestMethod", "/RequestPath", "status"),
    advice="keep the header: `accesslog.fields.headers.names.User-Agent=keep` (and Range, Docker-Content-Digest)",
    samples=(
        (
            '{"ClientAddr":"192.0.2.20:50321","ClientHost":"192.0.2.20","DownstreamContentSize":1600,'
            '"DownstreamStatus":200,"Duration":12500000,"RequestHost":"registry.example.com","RequestMethod":"GET",'
            '"RequestPath":"/v2/acme/app/manifests/1.0","RequestProtocol":"HTTP/2.0","RequestScheme":"https",'
            '"StartUTC":"2026-10-20T08:10:00.123456789Z","level":"info","msg":"",'
            '"request_User-Agent":"containerd/v1.7.21","time":"2026-10-20T08:10:00Z"}',
            {
                "logged_at": "2026-10-20T08:10:00.123456",
                "remote_addr": "192.0.2.20",
                "status": 200,
                "body_bytes_sent": 1600,
                "host": "registry.example.com",
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
