"""Harbor's proxy (nginx `timed_combined`). It has no time of its own: that is syslog's, around the line."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="harbor",
    title="Harbor's proxy",
    source="https://github.com/goharbor/harbor/blob/main/make/photon/prepare/templates/nginx/nginx.http.conf.jinja",
    pattern=(
        r'<remote_addr> - "<request>" <status> <body_bytes_sent> "<_:quoted>" "<user_agent>" <request_time> .*'
    ),
    without="the time, unless syslog wrote it before the line",
    advice="read /var/log/harbor/proxy.log, where syslog writes its time before each line",
    samples=(
        (
            'Oct 20 08:06:00 172.18.0.1 proxy[1234]: 192.0.2.20 - "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 1600 '
            '"-" "containerd/v1.7.21" 0.002 0.004 .',
            {
                "logged_at": "2026-10-20T08:06:00",
                "remote_addr": "192.0.2.20",
                "request_time": 0.002,
                "status": 200,
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
