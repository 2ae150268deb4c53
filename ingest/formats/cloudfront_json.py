"""AWS CloudFront's standard log v2 as JSON, with the same names."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="cloudfront-json",
    title="AWS CloudFront (standard log v2, JSON)",
    source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html",
    pointers={
        "time": ("/timestamp(ms)", "/timestamp"),
        "date": ("/date",),
        "clock": ("/time",),
        "remote_addr": ("/c-ip",),
        "x_forwarded_for": ("/x-forwarded-for",),
        "method": ("/cs-method",),
        "request_uri": ("/cs-uri-stem",),
        "args": ("/cs-uri-query",),
        "status": ("/sc-status",),
        "bytes_sent": ("/sc-bytes",),
        "user_agent": ("/cs(User-Agent)",),
        "host": ("/x-host-header",),
        "scheme": ("/cs-protocol",),
        "protocol": ("/cs-protocol-version",),
        "request_time": ("/time-taken",),
        "request_id": ("/x-edge-request-id",),
        "resp_content_type": ("/sc-content-type",),
        "resp_content_length": ("/sc-content-len",),
    },
    escapes="percent",
    marks=("/c-ip", "/cs-method"),
    samples=(
        (
            '{"date":"2026-10-20","time":"08:43:00","c-ip":"192.0.2.20","cs-method":"GET",'
            '"cs-uri-stem":"/v2/acme/app/manifests/1.0","sc-status":"200","sc-bytes":"1600",'
            '"cs(User-Agent)":"docker/27.3.1%20go/go1.22.7"}',
            {
                "logged_at": "2026-10-20T08:43:00",
                "remote_addr": "192.0.2.20",
                "status": 200,
                "bytes_sent": 1600,
                "user_agent": "docker/27.3.1 go/go1.22.7",
            },
        ),
    ),
)
