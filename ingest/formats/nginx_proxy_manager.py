"""Nginx Proxy Manager: its `proxy` format and the shorter `standard` one."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="nginx-proxy-manager",
    title="Nginx Proxy Manager",
    source="https://github.com/NginxProxyManager/nginx-proxy-manager/blob/develop/docker/rootfs/etc/nginx/conf.d/include/log-proxy.conf",
    pattern=(
        r"\[<time>\] (?:<_> <_:words> )?<status> - <method> <scheme> <host> "
        r'"<request_uri:quoted>" \[Client <remote_addr>\] \[Length <body_bytes_sent>\] \[Gzip [^\]]*\]'
        r'(?: \[Sent-to [^\]]*\])? "<user_agent>" "<_:quoted>"'
    ),
    samples=(
        (
            '[20/Oct/2026:08:09:00 +0000] - 200 200 - GET https registry.example.com "/v2/acme/app/manifests/1.0" '
            '[Client 192.0.2.20] [Length 1600] [Gzip -] [Sent-to 192.168.1.9] "containerd/v1.7.21" "-"',
            {
                "logged_at": "2026-10-20T08:09:00",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "scheme": "https",
                "host": "registry.example.com",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "body_bytes_sent": 1600,
                "user_agent": "containerd/v1.7.21",
            },
        ),
        (
            '[20/Oct/2026:08:09:00 +0000] 404 - GET http localhost "/v2/" [Client 2001:db8::20] [Length 150] [Gzip 2.10] '
            '"docker/27.3.1" "-"',
            {"status": 404, "remote_addr": "2001:db8::20", "user_agent": "docker/27.3.1"},
        ),
    ),
)
