"""nginx `combined` and all that begin like it: Apache, SWAG, distribution's access line, nginx.conf's `main`."""

from ingest.formats.model import TextFormat

# Anything may follow, "$http_x_forwarded_for" first: what is not known is passed over.
PATTERN = (
    r"(?:<remote_addr> (?:-(?: \[[^\]]*\] -)?|[A-Za-z_][^ ]*)|<remote_addr:hostname> -) "
    r"(?:[^\[]|\[[^0-9])*\[<time>\] "
    # A log_format in several pieces often lacks a blank where two of them meet.
    r'"<request>" ?<status> <body_bytes_sent> "<_:quoted>" ?"<user_agent>"'
)

FORMAT = TextFormat(
    name="combined",
    title="combined text (nginx, Apache, SWAG, distribution's access line)",
    source="https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
    pattern=PATTERN + r'(?: "<x_forwarded_for>")?(?: .*)?',
    advice="use the JSON log_format of gateway/log_format.conf",
    samples=(
        (
            '192.0.2.20 - - [20/Oct/2026:11:57:00 +0330] "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 1600 "-" "containerd/v1.7.21"',
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "protocol": "HTTP/1.1",
                "status": 200,
                "body_bytes_sent": 1600,
                "user_agent": "containerd/v1.7.21",
            },
        ),
        (
            '2001:db8::20 - a [b] c [20/Oct/2026:08:27:00 +0000] "GET /v2/ HTTP/1.1" 200 - "-" "docker/27.3.1" "198.51.100.7"',
            {
                "remote_addr": "2001:db8::20",
                "user_agent": "docker/27.3.1",
                "body_bytes_sent": None,
                "x_forwarded_for": "198.51.100.7",
            },
        ),
        (
            '172.17.0.1 - - [20/Oct/2026:08:27:00 +0000] "GET /v2/ HTTP/1.1" 200 2 "" "docker/20.10.24 UpstreamClient(Docker-Client/20.10.24 \\\\(linux\\\\))"',
            {"user_agent": "docker/20.10.24 UpstreamClient(Docker-Client/20.10.24 \\(linux\\))"},
        ),
    ),
)
