"""distribution (the reference registry): `response completed` as JSON (`log.formatter: json`)."""

from ingest.formats.model import JsonFormat


def _either(path: str) -> tuple[str, str]:
    """One key with dots in it, which distribution writes; or nested, as log shippers make of it."""
    return "/" + path, "/" + path.replace(".", "/")


FORMAT = JsonFormat(
    name="distribution-json",
    title="distribution's `response completed` (JSON)",
    source="https://distribution.github.io/distribution/about/configuration/#log",
    pointers={
        "time": ("/time", "/@timestamp", "/timestamp"),
        "request_id": _either("http.request.id"),
        "remote_addr": _either("http.request.remoteaddr"),
        "method": _either("http.request.method"),
        "request_uri": _either("http.request.uri"),
        "host": _either("http.request.host"),
        "user_agent": _either("http.request.useragent"),
        "status": _either("http.response.status"),
        "body_bytes_sent": _either("http.response.written"),
        "request_time": _either("http.response.duration"),
        "resp_content_type": _either("http.response.contenttype"),
    },
    duration="go",
    marks=("remote_addr", "request_uri", "status"),
    samples=(
        (
            '{"go.version":"go1.20.8","http.request.host":"registry.example.com","http.request.id":"58510054",'
            '"http.request.method":"GET","http.request.remoteaddr":"192.0.2.20:60770",'
            '"http.request.uri":"/v2/acme/app/manifests/1.0","http.request.useragent":"containerd/v1.7.21",'
            '"http.response.contenttype":"application/json","http.response.duration":"1.32511ms",'
            '"http.response.status":200,"http.response.written":1600,"level":"info","msg":"response completed",'
            '"time":"2026-10-20T08:43:00.400123456Z"}',
            {
                "logged_at": "2026-10-20T08:43:00.400123",
                "remote_addr": "192.0.2.20:60770",
                "request_id": "58510054",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 0.00132511,
            },
        ),
    ),
)
