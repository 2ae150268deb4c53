"""Alibaba Cloud's CDN: its downloadable log. The time stands first, the whole address in the request."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="alibaba-cdn",
    title="Alibaba Cloud CDN (log file)",
    source="https://www.alibabacloud.com/help/en/cdn/user-guide/download-logs",
    pattern=(
        # Address, proxy, milliseconds, referrer, request, status, bytes asked, bytes sent, whether the cache had it.
        r'\[<time>\] <remote_addr> <_> <request_time:digits> "<_:quoted>" "<request>" <status> <_:count> <bytes_sent> '
        r'[A-Z_-]+ "<user_agent>"(?: "<resp_content_type:quoted>")?(?: .*)?'
    ),
    duration="ms",
    samples=(
        (
            '[20/Oct/2026:16:27:00 +0800] 192.0.2.20 - 12 "-" "GET https://registry.example.com/v2/acme/app/manifests/1.0" '
            '200 191 1600 MISS "containerd/v1.7.21" "application/json"',
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "https://registry.example.com/v2/acme/app/manifests/1.0",
                "status": 200,
                "bytes_sent": 1600,
                "request_time": 0.012,
                "user_agent": "containerd/v1.7.21",
                "resp_content_type": "application/json",
            },
        ),
        (
            '[9/Oct/2026:01:58:09 +0800] 192.0.2.20 - 1542 "-" "HEAD https://registry.example.com/v2/" 401 191 0 - "docker/27.3.1" "-"',
            {"logged_at": "2026-10-08T17:58:09", "method": "HEAD", "status": 401},
        ),
    ),
)
