"""GitLab's container registry: its access lines."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="gitlab-registry",
    title="GitLab container registry",
    source="https://docs.gitlab.com/administration/logs/#registry-logs",
    pointers={
        "time": ("/time",),
        "remote_addr": ("/remote_ip",),
        "method": ("/method",),
        "request_uri": ("/uri",),
        "host": ("/host",),
        "protocol": ("/proto",),
        "status": ("/status",),
        "body_bytes_sent": ("/written_bytes",),
        "request_time": ("/duration_ms",),
        "user_agent": ("/user_agent",),
        "request_id": ("/correlation_id",),
        "resp_content_type": ("/content_type",),
    },
    duration="ms",
    marks=("/remote_ip", "/uri", "/status", "/written_bytes"),
    samples=(
        (
            '{"content_type":"application/json","correlation_id":"cd14821d","duration_ms":4,'
            '"host":"registry.example.com","level":"info","method":"GET","msg":"access","proto":"HTTP/1.1",'
            '"referrer":"","remote_addr":"172.24.0.1:35512","remote_ip":"192.0.2.20","status":200,"system":"http",'
            '"time":"2026-10-20T08:18:00.400Z","ttfb_ms":3,"uri":"/v2/acme/app/manifests/1.0",'
            '"user_agent":"containerd/v1.7.21","written_bytes":1600}',
            {
                "logged_at": "2026-10-20T08:18:00.400",
                "remote_addr": "192.0.2.20",
                "request_id": "cd14821d",
                "status": 200,
                "request_time": 0.004,
                "body_bytes_sent": 1600,
            },
        ),
    ),
)
