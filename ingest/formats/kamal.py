"""kamal-proxy's JSON. Its `remote_addr` is X-Forwarded-For as the client wrote it, where there is one."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="kamal",
    title="kamal-proxy",
    source="https://github.com/basecamp/kamal-proxy/blob/main/internal/server/logging_middleware.go",
    pointers={
        "time": ("/time",),
        "remote_addr": ("/client_addr",),
        "x_forwarded_for": ("/remote_addr",),
        "method": ("/method",),
        "request_uri": ("/path",),
        "args": ("/query",),
        "status": ("/status",),
        "body_bytes_sent": ("/resp_content_length",),
        "request_time": ("/duration",),
        "user_agent": ("/user_agent",),
        "host": ("/host",),
        "scheme": ("/scheme",),
        "protocol": ("/proto",),
        "resp_content_type": ("/resp_content_type",),
    },
    duration="ns",
    without="an id of the request (the one that it logs is the client's)",
    marks=("/client_addr", "/client_port", "/method", "/path", "/status"),
    samples=(
        (
            '{"time":"2026-10-20T08:27:00.400123456Z","level":"INFO","msg":"Request","host":"registry.example.com",'
            '"port":443,"path":"/v2/acme/app/manifests/1.0","request_id":"","status":200,"service":"registry",'
            '"target":"0a1b2c:5000","duration":12500000,"method":"GET","req_content_length":0,"req_content_type":"",'
            '"resp_content_length":1600,"resp_content_type":"application/json","client_addr":"192.0.2.20",'
            '"client_port":"50123","remote_addr":"203.0.113.9","user_agent":"containerd/v1.7.21","proto":"HTTP/2.0",'
            '"scheme":"https","query":""}',
            {
                "logged_at": "2026-10-20T08:27:00.400123",
                "remote_addr": "192.0.2.20",
                "x_forwarded_for": "203.0.113.9",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 0.0125,
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
