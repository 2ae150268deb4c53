"""Caddy's JSON, and what its console encoder puts into the last column."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="caddy",
    title="Caddy (JSON)",
    source="https://caddyserver.com/docs/caddyfile/directives/log",
    pointers={
        "time": ("/ts", "/time", "/timestamp"),
        # Caddy itself believes its `trusted_proxies` only.
        "remote_addr": ("/request/client_ip", "/request/remote_ip", "/request/remote_addr"),
        "x_forwarded_for": ("/request/headers/X-Forwarded-For/0",),
        "method": ("/request/method",),
        "request_uri": ("/request/uri",),
        "host": ("/request/host",),
        "protocol": ("/request/proto",),
        "status": ("/status",),
        "body_bytes_sent": ("/size",),
        "request_time": ("/duration",),
        "user_agent": ("/request/headers/User-Agent/0",),
        "range": ("/request/headers/Range/0",),
        "resp_digest": ("/resp_headers/Docker-Content-Digest/0",),
        "resp_content_type": ("/resp_headers/Content-Type/0",),
        "resp_content_length": ("/resp_headers/Content-Length/0",),
    },
    duration="go",
    marks=("/request/method", "/request/uri", "/status"),
    samples=(
        (
            '{"level":"info","ts":1792484640.4,"logger":"http.log.access","msg":"handled request","request":'
            '{"remote_ip":"192.0.2.20","remote_port":"1","client_ip":"192.0.2.20","proto":"HTTP/2.0","method":"GET",'
            '"host":"registry.example.com","uri":"/v2/acme/app/manifests/1.0","headers":'
            '{"User-Agent":["containerd/v1.7.21"]}},"duration":0.01,"size":1600,"status":200,'
            '"resp_headers":{"Docker-Content-Digest":["sha256:0a"]}}',
            {
                "logged_at": "2026-10-20T08:24:00.400",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "request_time": 0.01,
                "user_agent": "containerd/v1.7.21",
                "resp_digest": "sha256:0a",
            },
        ),
        (
            '{"level":"info","ts":1792484640.4,"logger":"http.log.access","msg":"handled request","request":'
            '{"remote_addr":"192.0.2.20:50123","proto":"HTTP/2.0","method":"GET","host":"registry.example.com",'
            '"uri":"/v2/","headers":{}},"common_log":"192.0.2.20 - - [20/Oct/2026:08:24:00 +0000] \\"GET /v2/ '
            'HTTP/2.0\\" 200 2","duration":0.01,"size":2,"status":200}',
            {"remote_addr": "192.0.2.20:50123", "status": 200, "user_agent": None},
        ),
    ),
)
