"""Gin's logger, which many registries and mirrors written in Go leave on. It has no user agent, and its time no zone."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="gin",
    title="Gin",
    source="https://gin-gonic.com/en/docs/logging/",
    pattern=(
        r"\[GIN\] <date:slashed> - <clock:clock> \| +<status> \| +(?:<request_time:go_duration>|[0-9hms.]+) \| +<remote_addr> \| "
        r'<method> +"<request_uri:quoted>"(?: .*)?'
    ),
    duration="go",
    advice="read the log of the gateway in front of it",
    samples=(
        (
            '[GIN] 2026/10/20 - 08:27:00 | 200 |       12.5ms |      192.0.2.20 | GET      "/v2/acme/app/manifests/1.0"',
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "request_time": 0.0125,
                "user_agent": None,
            },
        ),
        (
            '[GIN] 2026/10/20 - 08:27:00 | 206 |        1m2.5s | 2001:db8::20 | HEAD     "/v2/"',
            {"remote_addr": "2001:db8::20", "method": "HEAD", "status": 206, "request_time": None},
        ),
    ),
)
