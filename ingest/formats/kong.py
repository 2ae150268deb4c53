"""Kong's file-log and http-log, and APISIX's loggers: the same nesting, and the moment when the request began."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="kong",
    title="Kong, APISIX (JSON)",
    source="https://developer.konghq.com/plugins/file-log/",
    pointers={
        "time": ("/started_at", "/start_time"),
        "remote_addr": ("/client_ip",),
        "x_forwarded_for": ("/request/headers/x-forwarded-for",),
        "method": ("/request/method",),
        "request_uri": ("/request/uri",),
        "host": ("/request/headers/host",),
        "status": ("/response/status",),
        "bytes_sent": ("/response/size",),
        "user_agent": ("/request/headers/user-agent",),
        "range": ("/request/headers/range",),
        "request_id": ("/request/id",),
        "resp_digest": ("/response/headers/docker-content-digest",),
        "resp_content_type": ("/response/headers/content-type",),
    },
    marks=("/request/method", "/request/uri", "/response/status"),
    samples=(
        (
            '{"request":{"method":"GET","uri":"/v2/acme/app/manifests/1.0","url":"http://registry.example.com:8000/v2/",'
            '"size":235,"id":"6d1c0a1e4e2e4c0bb7c4c8a3a1b2c3d4","querystring":{},"headers":{"user-agent":'
            '"containerd/v1.7.21","host":"registry.example.com"}},"response":{"status":200,"size":1600,"headers":'
            '{"content-type":"application/json","docker-content-digest":"sha256:0a"}},"latencies":{"request":12,"kong":1,'
            '"proxy":11},"started_at":1792485900400,"client_ip":"192.0.2.20","upstream_uri":"/v2/"}',
            {
                "logged_at": "2026-10-20T08:45:00.400",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "bytes_sent": 1600,
                "user_agent": "containerd/v1.7.21",
                "resp_digest": "sha256:0a",
            },
        ),
        (
            '{"client_ip":"192.0.2.20","start_time":1792485900400,"latency":12.5,"request":{"method":"GET","uri":"/v2/",'
            '"headers":{"user-agent":"docker/27.3.1"},"size":87},"response":{"status":200,"headers":{},"size":2},'
            '"route_id":"1"}',
            {
                "logged_at": "2026-10-20T08:45:00.400",
                "remote_addr": "192.0.2.20",
                "user_agent": "docker/27.3.1",
            },
        ),
    ),
)
