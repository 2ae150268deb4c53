"""Contract A: the JSON that gateway/log_format.conf writes (docs/log-format.md)."""

from ingest.fields import FIELD_NAMES, PATH_ALIAS
from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="json",
    title="Pullhouse's own JSON (contract A)",
    source="https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
    pointers={name: (f"/{name}",) for name in FIELD_NAMES}
    | {"request_uri": ("/request_uri", f"/{PATH_ALIAS}"), "user_agent": ("/user_agent",)},
    marks=("msec", "remote_addr", "method", "request_uri", "status"),
    samples=(
        (
            '{"msec":"1792484100.400","request_id":"5cbdfd0dfa22a3fca7266376887f549b",'
            '"remote_addr":"192.0.2.20","method":"GET","request_uri":"/v2/acme/app/manifests/1.0",'
            '"status":"200","body_bytes_sent":"1600","request_time":"0.010","user_agent":"containerd/v1.7.21"}',
            {
                "logged_at": "2026-10-20T08:15:00.400",
                "request_id": "5cbdfd0dfa22a3fca7266376887f549b",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 0.01,
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
