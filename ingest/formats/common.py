"""The common log format: Apache, Caddy's `common_log`, old httpd's. It has no user agent."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="common",
    title="common text (Apache, Caddy's common_log)",
    source="https://httpd.apache.org/docs/2.4/logs.html#common",
    pattern=(
        r"(?:<remote_addr> (?:-|[A-Za-z_][^ ]*)|<remote_addr:hostname> -) (?:[^\[]|\[[^0-9])*\[<time>\] "
        r'"<request>" <status> <body_bytes_sent>'
    ),
    advice="use `combined`, which has the user agent, or JSON",
    samples=(
        (
            '192.0.2.20 - frank [20/Oct/2026:08:27:00 +0000] "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 1600',
            {"logged_at": "2026-10-20T08:27:00", "method": "GET", "status": 200, "user_agent": None},
        ),
        (
            # Werkzeug: a blank before the hour, and no zone.
            '192.0.2.20 - - [20/Oct/2026 08:27:00] "GET /v2/ HTTP/1.1" 200 -',
            {"logged_at": "2026-10-20T08:27:00", "request_uri": "/v2/", "body_bytes_sent": None},
        ),
    ),
)
