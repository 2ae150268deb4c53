"""AWS CloudFront's standard log: columns between tabs, in the order that the `#Fields:` line of the object says."""

from ingest.formats.model import TextFormat

_PLACES = {
    "date": "date",
    "time": "clock",
    "c-ip": "remote_addr",
    # Akamai's log delivery
    "cs-ip": "remote_addr",
    "cs-uri": "request_uri",
    "cs-method": "method",
    "cs-uri-stem": "request_uri",
    "cs-uri-query": "args",
    "sc-status": "status",
    "sc-bytes": "bytes_sent",
    "cs(User-Agent)": "user_agent",
    "x-host-header": "host",
    "cs-protocol": "scheme",
    "cs-protocol-version": "protocol",
    "time-taken": "request_time",
    "x-forwarded-for": "x_forwarded_for",
    "x-edge-request-id": "request_id",
    "sc-content-type": "resp_content_type",
    "sc-content-len": "resp_content_length",
    "timestamp": "time",
    "timestamp(ms)": "time",
}
# The order of the standard log where an object has lost its head.
_STANDARD = [
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(Referer)",
    "cs(User-Agent)",
    "cs-uri-query",
    "cs(Cookie)",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "fle-status",
    "fle-encrypted-fields",
    "c-port",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
    "sc-content-type",
    "sc-content-len",
    "sc-range-start",
    "sc-range-end",
]
HEADER = "#Fields:"


def with_columns(names: list[str]) -> TextFormat:
    """The format of an object whose `#Fields:` line names these columns."""
    columns = [f"<{_PLACES.get(name, '_')}:column>" for name in names]
    return TextFormat(
        name="cloudfront",
        title="AWS CloudFront (standard log)",
        source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html",
        pattern=r"\t".join(columns),
        escapes="percent",
        samples=_SAMPLES,
    )


_LINE = (
    "2026-10-20\t08:43:00\tFRA56-P4\t1600\t192.0.2.20\tGET\td111.cloudfront.net\t/v2/acme/app/manifests/1.0\t200\t-\t"
    "docker/27.3.1%20go/go1.22.7\t-\t-\tMiss\t9f8e7d\tregistry.example.com\thttps\t300\t0.012\t-\tTLSv1.3\t"
    "TLS_AES_128_GCM_SHA256\tMiss\tHTTP/2.0\t-\t-\t50123\t0.012\tMiss\tapplication/json\t1600\t-\t-"
)
_SAMPLES = (
    (
        _LINE,
        {
            "logged_at": "2026-10-20T08:43:00",
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
)

FORMAT = with_columns(_STANDARD)
