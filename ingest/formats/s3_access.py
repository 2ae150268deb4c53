"""Amazon S3's server access log, of a bucket that serves a registry's files as they are."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="s3-access",
    title="Amazon S3 (server access log)",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html",
    pattern=(
        r"<_> <host> \[<time>\] <remote_addr> <_> <request_id> [A-Z0-9]+\.[A-Z]+\.[A-Z_]+ <_> "
        r'"<request>" <status> <_> <bytes_sent> <_> <request_time> <_> "<_:quoted>" "<user_agent>"(?: .*)?'
    ),
    duration="ms",
    samples=(
        (
            "79a59df900b949e55d96a1e698fbaced registry [20/Oct/2026:08:27:00 +0000] 192.0.2.20 - 3E57427F3EXAMPLE REST.GET.OBJECT "
            'v2/acme/app/manifests/1.0 "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 - 1600 1600 12 11 "-" "containerd/v1.7.21" - '
            "s9lzHYrFp76ZVxRcpX9= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader registry.s3.amazonaws.com TLSv1.2 - -",
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20",
                "request_id": "3E57427F3EXAMPLE",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "bytes_sent": 1600,
                "request_time": 0.012,
                "host": "registry",
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
