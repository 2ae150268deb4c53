"""AWS CloudFront's real-time log with all its fields: columns between tabs, in the order of the documentation, no head.

With fields of one's own choice the columns cannot be told apart: write them as a log_format of nginx.
"""

from ingest.formats.model import TextFormat

_COLUMNS = (
    "<time:seconds>",  # timestamp
    "<remote_addr>",  # c-ip
    "<_:column>",  # time-to-first-byte
    "<status>",  # sc-status
    "<bytes_sent>",  # sc-bytes
    "<method:column>",  # cs-method
    "<scheme:column>",  # cs-protocol
    "<_:column>",  # cs-host, which is CloudFront's own
    "<request_uri:column>",  # cs-uri-stem
    "<_:column>",  # cs-bytes
    "<_:column>",  # x-edge-location
    "<request_id:column>",  # x-edge-request-id
    "<host:column>",  # x-host-header
    "<request_time>",  # time-taken
    "<protocol:column>",  # cs-protocol-version
    "IPv[46]",  # c-ip-version
    "<user_agent:column>",  # cs-user-agent
    "<_:column>",  # cs-referer
    "<_:column>",  # cs-cookie
    "<args:column>",  # cs-uri-query
    "<_:column>",  # x-edge-response-result-type
    "<x_forwarded_for:column>",  # x-forwarded-for
)

FORMAT = TextFormat(
    name="cloudfront-realtime",
    title="AWS CloudFront (real-time log, all fields)",
    source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html",
    pattern=r"\t".join(_COLUMNS) + r"(?:\t.*)?",
    escapes="percent",
    samples=(
        (
            "1792484820.400\t192.0.2.20\t0.010\t200\t1600\tGET\thttps\td111.cloudfront.net\t/v2/acme/app/manifests/1.0\t300\tFRA56-P4\t"
            "9f8e7d\tregistry.example.com\t0.012\tHTTP/2.0\tIPv4\tdocker/27.3.1%20go/go1.22.7\t-\t-\t-\tMiss\t-\tTLSv1.3\t"
            "TLS_AES_128_GCM_SHA256\tMiss\t-\t-\tapplication/json\t1600\t-\t-\t50123\tMiss\tLV\t-\t*/*\t*\t-\t-\t5",
            {
                "logged_at": "2026-10-20T08:27:00.400",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "bytes_sent": 1600,
                "request_time": 0.012,
                "request_id": "9f8e7d",
                "host": "registry.example.com",
                "user_agent": "docker/27.3.1 go/go1.22.7",
            },
        ),
    ),
)
