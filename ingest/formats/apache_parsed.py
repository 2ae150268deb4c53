"""Apache's lines as shippers take them apart: `host` is the client (Fluentd's and Fluent Bit's `apache2`, Vector's
`parse_apache_log`)."""

from ingest.formats import json_fields
from ingest.formats.model import JsonFormat

_POINTERS = json_fields.FORMAT.pointers

FORMAT = JsonFormat(
    name="apache-parsed",
    title="Apache's lines taken apart (Fluentd, Fluent Bit, Vector)",
    source="https://docs.fluentd.org/parser/apache2",
    pointers={name: pointers for name, pointers in _POINTERS.items() if name != "host"}
    | {"remote_addr": (*_POINTERS["remote_addr"], "/host")},
    without="what your JSON does not hold",
    advice="keep the line as it is: its time and its parts are read here",
    marks=("/host", "/method", "/path", "/size", "/agent"),
    samples=(
        (
            '{"date":1792484820.0,"host":"192.0.2.20","user":"-","method":"GET","path":"/v2/acme/app/manifests/1.0","code":"200",'
            '"size":"1600","referer":"-","agent":"containerd/v1.7.21"}',
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "body_bytes_sent": 1600,
                "user_agent": "containerd/v1.7.21",
            },
        ),
        (
            '{"agent":"docker/27.3.1","host":"192.0.2.20","method":"GET","path":"/v2/","protocol":"HTTP/1.1","size":2,"status":200,'
            '"timestamp":"2026-10-20T08:27:00Z"}',
            {"remote_addr": "192.0.2.20", "protocol": "HTTP/1.1", "user_agent": "docker/27.3.1"},
        ),
    ),
)
