"""Combined text that begins with X-Forwarded-For, as many write behind a balancer: `LogFormat "%{X-Forwarded-For}i …"`.

Where it has several addresses; a single one is `combined`.
"""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="combined-forwarded",
    title="combined text with X-Forwarded-For in front",
    source="https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats",
    pattern=(
        r"<x_forwarded_for:hops> (?:[^\[]|\[[^0-9])*\[<time>\] "
        r'"<request>" <status> <body_bytes_sent> "<_:quoted>" "<user_agent>"(?: .*)?'
    ),
    advice="name your own proxies in TRUSTED_PROXIES: the last address that is none of them is the client",
    samples=(
        (
            '192.0.2.20, 10.0.0.1 - - [20/Oct/2026:08:27:00 +0000] "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 1600 "-" '
            '"containerd/v1.7.21"',
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "10.0.0.1",
                "x_forwarded_for": "192.0.2.20, 10.0.0.1",
                "method": "GET",
                "status": 200,
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
