"""uvicorn's access log: neither a time nor a user agent. What is around the line has to tell the time."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="uvicorn",
    title="uvicorn",
    source="https://www.uvicorn.org/settings/#logging",
    pattern=r'(?:INFO:)? *<remote_addr> - "<request>" <status>(?: [A-Za-z -]+)?',
    advice="put `%(asctime)s` in front of its access format, or read the log of the gateway in front of it",
    samples=(
        (
            '2026-10-20 08:27:00,123 INFO:     192.0.2.20:51234 - "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 OK',
            {
                "logged_at": "2026-10-20T08:27:00.123",
                "remote_addr": "192.0.2.20:51234",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "user_agent": None,
            },
        ),
        (
            '{"log":"INFO:     192.0.2.20:51234 - \\"HEAD /v2/ HTTP/1.1\\" 401 Unauthorized\\n","stream":"stdout",'
            '"time":"2026-10-20T08:27:00.4Z"}',
            {"logged_at": "2026-10-20T08:27:00.4", "method": "HEAD", "status": 401},
        ),
    ),
)
