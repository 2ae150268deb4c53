"""Squid's native access.log: no user agent. Its time is the end of the request."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="squid",
    title="Squid (native)",
    source="https://wiki.squid-cache.org/Features/LogFormat",
    pattern=(
        r"<time:seconds> +<request_time:digits> <remote_addr> [A-Z_]+/<status> <bytes_sent> <method> <request_uri> "
        r"[^ ]+ [A-Z_]+/[^ ]+ <resp_content_type>(?: .*)?"
    ),
    duration="ms",
    advice="`access_log … combined`, which has the user agent",
    samples=(
        (
            "1792484820.400     12 192.0.2.20 TCP_MISS/200 1600 GET https://registry.example.com/v2/acme/app/manifests/1.0"
            " - HIER_DIRECT/198.51.100.7 application/json",
            {
                "logged_at": "2026-10-20T08:27:00.400",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "https://registry.example.com/v2/acme/app/manifests/1.0",
                "status": 200,
                "bytes_sent": 1600,
                "request_time": 0.012,
                "resp_content_type": "application/json",
            },
        ),
    ),
)
