"""Envoy's and Istio's default text. The client is the last of X-Forwarded-For, where Envoy adds its peer."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="envoy",
    title="Envoy, Istio (text)",
    source="https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#default-format-string",
    pattern=(
        r'(?:ACCESS )?\[<time>\] "<request>" <status> <_>(?: <_> <_> "<_:quoted>")? [0-9]+ <body_bytes_sent> <_> <_> '
        r'"<x_forwarded_for>" "<user_agent>" "<request_id:quoted>" "<host:quoted>" "<_:quoted>"'
        r"(?: <_> <_> <_> <remote_addr>)?(?: .*)?"
    ),
    samples=(
        (
            '[2026-10-20T08:43:00.400Z] "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 - 0 1600 12 11 "192.0.2.20" '
            '"containerd/v1.7.21" "147540e1-29e0-96fa-9170-0e9db6588354" "registry.example.com" "10.0.0.2:5000"',
            {
                "logged_at": "2026-10-20T08:43:00.400",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_id": "147540e1-29e0-96fa-9170-0e9db6588354",
                "host": "registry.example.com",
                "user_agent": "containerd/v1.7.21",
            },
        ),
        (
            '[2026-10-20T08:43:00.400Z] "GET /v2/ HTTP/2" 200 - via_upstream - "-" 0 2 12 11 "-" "docker/27.3.1" '
            '"147540e1" "registry.example.com" "10.0.0.2:5000" outbound|5000||registry.default.svc.cluster.local '
            "10.0.0.9:41234 10.0.0.9:443 192.0.2.20:50123 registry.example.com default",
            {"remote_addr": "192.0.2.20:50123", "body_bytes_sent": 2, "user_agent": "docker/27.3.1"},
        ),
    ),
)
