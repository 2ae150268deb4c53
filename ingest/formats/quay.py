"""Quay's nginx (`lb_logs`): combined, the PROXY protocol's address in brackets, and the duration at the end."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="quay",
    title="Quay (nginx)",
    source="https://github.com/quay/quay/blob/master/conf/nginx/http-base.conf.jnj",
    pattern=(
        r"<remote_addr> \([^)]*\) (?:[^\[]|\[[^0-9])*\[<time>\] "
        r'"<request>" <status> <body_bytes_sent> "<_:quoted>" "<user_agent>" \(<request_time> [^)]*\)'
    ),
    samples=(
        (
            '192.0.2.20 (-) - - [20/Oct/2026:08:27:00 +0000] "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 1600 "-" '
            '"containerd/v1.7.21" (0.017 94 0.016)',
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 0.017,
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
