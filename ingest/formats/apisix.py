"""APISIX's access.log, as its `config.yaml` has it by default: the host before the request, its time behind the size."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="apisix",
    title="APISIX (text)",
    source="https://github.com/apache/apisix/blob/master/conf/config.yaml.example",
    pattern=(
        r'<remote_addr> - (?:[^\[]|\[[^0-9])*\[<time>\] "?<host:bare>"? "<request>" <status> <body_bytes_sent> <request_time> '
        r'"<_:quoted>" "<user_agent>"(?: .*)?'
    ),
    advice="the JSON of its `file-logger`, with `$request_id` and `$sent_http_docker_content_digest` in its log_format",
    samples=(
        (
            '192.0.2.20 - - [20/Oct/2026:08:27:00 +0000] registry.example.com "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 '
            '1600 0.012 "-" "containerd/v1.7.21" 10.0.3.7:5000 200 0.010 "http://registry.example.com"',
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20",
                "host": "registry.example.com",
                "method": "GET",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 0.012,
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
