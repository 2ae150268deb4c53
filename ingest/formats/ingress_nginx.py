"""Kubernetes' ingress-nginx: `combined`, then its own columns with the time taken and the request's id."""

from ingest.formats.combined import PATTERN
from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="ingress-nginx",
    title="ingress-nginx (upstreaminfo)",
    source="https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/",
    pattern=PATTERN
    + r" [0-9]+ <request_time> \[[^\]]*\](?: \[[^\]]*\])? <_:words> <_:words> <_:words> <_:words> <request_id>",
    advice="set `log-format-upstream` of its ConfigMap to the JSON of gateway/log_format.conf",
    narrows="combined",
    samples=(
        (
            '192.0.2.20 - - [20/Oct/2026:08:04:00 +0000] "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 1600 "-" '
            '"containerd/v1.7.21" 320 0.011 [registry-registry-5000] [] 10.42.1.7:5000 1600 0.010 200 816b112c6105b3eb',
            {"request_time": 0.011, "request_id": "816b112c6105b3eb", "body_bytes_sent": 1600},
        ),
        (
            '192.0.2.20 - [192.0.2.20] - - [20/Oct/2026:08:04:00 +0000] "GET /v2/ HTTP/1.1" 502 0 "-" "docker/27.3.1" '
            "320 0.011 [registry-registry-5000] 10.42.1.7:5000, 10.42.1.8:5000 0, 0 0.010, 0.001 502, 502 816b112c6105b3eb",
            {"request_time": 0.011, "request_id": "816b112c6105b3eb", "status": 502},
        ),
    ),
)
