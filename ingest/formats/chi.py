"""The logger of chi, with which registries and mirrors in Go are written. It has no user agent, and its time no zone."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="chi",
    title="chi (Go)",
    source="https://pkg.go.dev/github.com/go-chi/chi/v5/middleware#Logger",
    pattern=(
        r'<date:slashed> <clock:clock> (?:\[[^\]]*\] )?"<request>" from <remote_addr> - <status> <body_bytes_sent:digits>B in '
        r"(?:<request_time:go_duration>|[0-9hms.]+)"
    ),
    duration="go",
    advice="read the log of the gateway in front of it",
    samples=(
        (
            '2026/10/20 08:27:00 [gw-0/a1b2c3-000042] "GET http://registry.example.com/v2/acme/app/manifests/1.0 HTTP/1.1" '
            "from 192.0.2.20:40312 - 200 1600B in 12.5ms",
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20:40312",
                "method": "GET",
                "request_uri": "http://registry.example.com/v2/acme/app/manifests/1.0",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 0.0125,
                "user_agent": None,
            },
        ),
    ),
)
