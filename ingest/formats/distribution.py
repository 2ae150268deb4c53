"""distribution (the reference registry): `response completed` as text.

Each request is logged twice, here and as a `combined` line; ingest.twins keeps this one.
"""

from ingest.formats.model import TextFormat

_VALUE = r'(?:"(?:[^"\\]|\\.)*"|[^" ]*)'


def _field(name: str, place: str, times: str = "") -> str:
    key = "http." + name
    return rf'(?: {key}=(?:"<{place}:quoted>"|<{place}:bare>)){times}'.replace(".", r"\.")


FORMAT = TextFormat(
    is_pairs=True,
    name="distribution",
    title="distribution's `response completed`",
    source="https://distribution.github.io/distribution/about/configuration/#log",
    pattern=(
        r'time="<time:quoted>" level=[a-z]+ msg="response completed[^"]*"'
        rf"(?: [a-z_.]+={_VALUE})*?"
        # From here on the fields stand in the order of the alphabet.
        + _field("request.host", "host")
        + _field("request.id", "request_id")
        + _field("request.method", "method")
        + rf"(?: http\.request\.referer={_VALUE})?"
        + _field("request.remoteaddr", "remote_addr")
        + _field("request.uri", "request_uri")
        + _field("request.useragent", "user_agent", "?")
        + _field("response.contenttype", "resp_content_type", "?")
        + _field("response.duration", "request_time", "?")
        + _field("response.status", "status")
        + _field("response.written", "body_bytes_sent", "?")
        + r"(?: .*)?"
    ),
    duration="go",
    advice="put a gateway in front that logs what it answers",
    samples=(
        (
            'time="2026-10-20T08:43:00.400123456Z" level=info msg="response completed" go.version=go1.20.8 '
            'http.request.host="registry.example.com:5000" http.request.id=58510054-e56e-4cd3-943e-4dd94e8bb6a1 '
            'http.request.method=GET http.request.remoteaddr="192.0.2.20:60770" '
            'http.request.uri="/v2/acme/app/manifests/1.0" http.request.useragent="docker/27.3.1 '
            'UpstreamClient(Docker-Client/27.3.1 \\\\(linux\\\\))" http.response.contenttype="application/json" '
            "http.response.duration=1.32511ms http.response.status=200 http.response.written=1600 ",
            {
                "logged_at": "2026-10-20T08:43:00.400123",
                "request_id": "58510054-e56e-4cd3-943e-4dd94e8bb6a1",
                "remote_addr": "192.0.2.20:60770",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 0.00132511,
                "user_agent": "docker/27.3.1 UpstreamClient(Docker-Client/27.3.1 \\(linux\\))",
                "host": "registry.example.com:5000",
            },
        ),
        (
            'time="2026-10-20T08:43:00Z" level=error msg="response completed with error" err.code="manifest unknown" '
            'err.message="manifest unknown" go.version=go1.20.8 http.request.host="localhost:5000" '
            'http.request.id=9f http.request.method=GET http.request.remoteaddr="192.0.2.20:60770" '
            'http.request.uri="/v2/acme/app/manifests/2.0" http.request.useragent="curl/8.5.0" '
            'http.response.contenttype="application/json; charset=utf-8" http.response.duration="142.245µs" '
            'http.response.status=404 http.response.written=96 vars.name="acme/app" vars.reference="2.0"',
            {"status": 404, "request_time": 142.245 / 1e6, "user_agent": "curl/8.5.0"},
        ),
    ),
)
