"""The nginx of JFrog's Helm charts (`log_format timing`): names, equals signs, values."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="artifactory-nginx",
    title="JFrog's nginx (log_format timing)",
    source="https://github.com/jfrog/charts/blob/master/stable/artifactory/files/nginx-main-conf.yaml",
    pattern=(
        r'ip = <remote_addr> user = "<_:quoted>" local_time = "<time:quoted>" host = <host> request = "<request>" '
        r'status = <status> bytes = <body_bytes_sent> upstream = "<_:quoted>" upstream_time = <_:words> '
        r'request_time = <request_time> referer = "<_:quoted>" UA = "<user_agent>"(?: .*)?'
    ),
    samples=(
        (
            'ip = 192.0.2.20 user = "-" local_time = "20/Oct/2026:08:27:00 +0000" host = registry.example.com request = '
            '"GET /v2/acme/app/manifests/1.0 HTTP/1.1" status = 200 bytes = 1600 upstream = "10.0.0.2:8081" '
            'upstream_time = 0.011 request_time = 0.012 referer = "-" UA = "containerd/v1.7.21"',
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 0.012,
                "host": "registry.example.com",
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
