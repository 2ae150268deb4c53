"""nginx-proxy: `combined`, then the upstream's address in quotes, which is no X-Forwarded-For."""

from ingest.formats.combined import PATTERN
from ingest.formats.model import TextFormat

_UPSTREAM = r"(?:[0-9.]+|\[[0-9A-Fa-f:]+\]):[0-9]+"

FORMAT = TextFormat(
    name="nginx-proxy",
    title="nginx-proxy (the virtual host in front)",
    source="https://github.com/nginx-proxy/nginx-proxy/blob/main/docs/README.md",
    pattern=PATTERN + rf' "{_UPSTREAM}(?:(?:,| :) {_UPSTREAM})*"',
    advice="set LOG_FORMAT of nginx-proxy to the JSON of gateway/log_format.conf, and LOG_FORMAT_ESCAPE=json",
    narrows="combined",
    samples=(
        (
            'nginx.1    | registry.example.com 192.0.2.20 - - [20/Oct/2026:08:02:00 +0000] "GET /v2/ HTTP/1.1" 200 2 "-" '
            '"containerd/v1.7.21" "172.18.0.4:5000"',
            {
                "host": "registry.example.com",
                "remote_addr": "192.0.2.20",
                "x_forwarded_for": None,
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
