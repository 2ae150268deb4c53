"""oauth2-proxy's request log. Its time has no zone: UTC is taken."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="oauth2-proxy",
    title="oauth2-proxy",
    source="https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview#request-log-format",
    pattern=(
        # The request's id since version 7.3.
        r"<remote_addr> - (?:<request_id> - )?[^ ]+ \[<time>\] <host> <method> <_> "
        r'"<request_uri:quoted>" <protocol> "<user_agent>" <status> <body_bytes_sent> <request_time>(?: .*)?'
    ),
    samples=(
        (
            "192.0.2.20 - 5c0b8e1e-7d0b-4a5e-9d0b-0d6c1b2a3f4e - ci@example.com [2026/10/20 08:27:00] registry.example.com GET / "
            '"/v2/acme/app/manifests/1.0" HTTP/1.1 "docker/27.3.1 UpstreamClient(Docker-Client/27.3.1 \\\\(linux\\\\))" 200 1600 0.012',
            {
                "logged_at": "2026-10-20T08:27:00",
                "request_id": "5c0b8e1e-7d0b-4a5e-9d0b-0d6c1b2a3f4e",
                "remote_addr": "192.0.2.20",
                "host": "registry.example.com",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 0.012,
                "user_agent": "docker/27.3.1 UpstreamClient(Docker-Client/27.3.1 \\(linux\\))",
            },
        ),
        (
            "192.0.2.20 - - [20/Oct/2026:08:27:00 +0000] registry.example.com GET - "
            '"/v2/" HTTP/1.0 "curl/8.5.0" 202 0 0.000',
            {"logged_at": "2026-10-20T08:27:00", "request_id": None, "request_uri": "/v2/", "status": 202},
        ),
    ),
)
