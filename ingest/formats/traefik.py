"""Traefik's text: `combined`, then the number of the request, the router, the server and the time taken.

Its time is when the request began: the time that it took need not be subtracted, and is not read.
"""

from ingest.formats.combined import PATTERN
from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="traefik",
    title="Traefik (text)",
    source="https://doc.traefik.io/traefik/observe/logs-and-access-logs/",
    pattern=PATTERN + r' [0-9]+ "<_:quoted>" "<_:quoted>" [0-9]+ms',
    advice="set `accesslog.format=json` and `accesslog.fields.headers.names.User-Agent=keep`",
    narrows="combined",
    samples=(
        (
            '192.0.2.20 - - [20/Oct/2026:08:10:00 +0000] "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 1600 "-" '
            '"containerd/v1.7.21" 1207 "registry@docker" "http://172.18.0.5:5000" 12ms',
            {
                "logged_at": "2026-10-20T08:10:00",
                "remote_addr": "192.0.2.20",
                "request_time": None,
                "status": 200,
            },
        ),
    ),
)
