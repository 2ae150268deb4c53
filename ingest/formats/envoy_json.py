"""Envoy's and Istio's JSON, with the names of Istio's default."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="envoy-json",
    title="Envoy, Istio (JSON)",
    source="https://istio.io/latest/docs/tasks/observability/logs/access-log/",
    pointers={
        "time": ("/start_time",),
        "remote_addr": ("/downstream_remote_address", "/downstream_direct_remote_address", "/remote_address"),
        "x_forwarded_for": ("/x_forwarded_for", "/x-forwarded-for"),
        "method": ("/method", "/:method", "/request_method"),
        "request_uri": ("/path", "/x-envoy-origin-path", "/x-envoy-original-path", "/:path", "/request_path"),
        "protocol": ("/protocol",),
        "status": ("/response_code", "/status"),
        "body_bytes_sent": ("/bytes_sent",),
        "user_agent": ("/user_agent", "/user-agent"),
        "request_id": ("/request_id", "/x-request-id"),
        "host": ("/authority", "/:authority", "/host"),
    },
    marks=("/start_time", "status", "method", "request_uri"),
    samples=(
        (
            '{"authority":"registry.example.com","bytes_received":0,"bytes_sent":1600,'
            '"downstream_remote_address":"192.0.2.20:50123","duration":12,"method":"GET",'
            '"path":"/v2/acme/app/manifests/1.0","protocol":"HTTP/1.1","request_id":"147540e1","response_code":200,'
            '"start_time":"2026-10-20T08:43:00.400Z","user_agent":"containerd/v1.7.21","x_forwarded_for":null}',
            {
                "logged_at": "2026-10-20T08:43:00.400",
                "remote_addr": "192.0.2.20:50123",
                "status": 200,
                "body_bytes_sent": 1600,
                "host": "registry.example.com",
                "request_id": "147540e1",
            },
        ),
    ),
)
