"""Apache Traffic Server's `squid` format: Squid's columns, but its time is when the request began.

The time that a request took need not be subtracted, and is not read.
"""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="traffic-server",
    title="Apache Traffic Server (squid)",
    source="https://docs.trafficserver.apache.org/en/latest/admin-guide/logging/examples.en.html#squid",
    pattern=(
        r"<time:seconds> +[0-9]+ <remote_addr> [A-Z_]+/<status> <bytes_sent> <method> <request_uri> [^ ]+ "
        # Squid's own words for where it asked have HIER in them, since 2012.
        r"(?:DIRECT|NONE|EMPTY|PARENT_HIT|TIMEOUT_DIRECT)/[^ ]+ <resp_content_type>(?: .*)?"
    ),
    advice="a format of its logging.yaml with `%<{User-Agent}cqh>`, pasted as a log_format of nginx",
    samples=(
        (
            "1792484820.400 12 192.0.2.20 TCP_MISS/200 1600 GET https://registry.example.com/v2/acme/app/manifests/1.0"
            " - DIRECT/origin.example.com application/json",
            {
                "logged_at": "2026-10-20T08:27:00.400",
                "remote_addr": "192.0.2.20",
                "status": 200,
                "bytes_sent": 1600,
                "request_time": None,
                "resp_content_type": "application/json",
            },
        ),
    ),
)
