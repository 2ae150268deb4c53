"""The common log format: Apache, Caddy's `common_log`, old httpd's. It has no user agent."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="common",
    title="common text (Apache, Caddy's common_log)",
    source="https://httpd.apache.org/docs/2.4/logs.html#common",
    pattern=(
        r"(?:<remote_addr> (?:-|\"-\"|[A-Za-z_][^ ]*)|<remote_addr:hostname> -) (?:[^\[]|\[[^0-9])*\[<time>\] "
        # An id, and no text in quotes, which would be the referrer of `combined` in disguise.
        r'"<request>" <status> <body_bytes_sent>(?: <_:identifier>)?'
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
        (
            # Fastly's default line behind its syslog header
            '192.0.2.20 "-" "-" [20/Oct/2026:08:27:00 +0000] "GET /v2/ HTTP/1.1" 200 2',
            {"remote_addr": "192.0.2.20", "request_uri": "/v2/", "body_bytes_sent": 2},
        ),
        (
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
            '192.0.2.20 - - [20/Oct/2026:08:27:00 +0000] "GET /v2/ HTTP/1.1" 200 2 6d1c0a1e-4e2e-4c0b-b7c4-c8a3a1b2c3d4',
            {"status": 200, "request_id": None, "body_bytes_sent": 2},
        ),
    ),
)
