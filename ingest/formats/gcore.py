"""Gcore's raw CDN logs: like `combined`, each value in quotes."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="gcore",
    title="Gcore (CDN raw log)",
    source="https://gcore.com/docs/cdn/logs/raw-logs-export-cdn-resource-logs-to-your-storage",
    pattern=(
        r'"<remote_addr>" "[^"]*" "\[<time>\]" "<request>" "<status>" "<body_bytes_sent>" "<_:quoted>" "<user_agent>"(?: .*)?'
    ),
    samples=(
        (
            '"192.0.2.20" "-" "[20/Oct/2026:08:27:00 +0000]" "GET /v2/acme/app/manifests/1.0 HTTP/1.1" "200" "1600" "-" '
            '"containerd/v1.7.21" "2040" "-" "https" "registry.example.com" "0.01"',
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "status": 200,
                "body_bytes_sent": 1600,
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
