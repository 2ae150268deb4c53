"""W3C extended log files, as IIS writes them: columns between blanks, in the order that `#Fields:` says. Times are UTC."""

from ingest.formats.model import TextFormat

_PLACES = {
    "date": "date:day",
    "time": "clock:clock",
    "c-ip": "remote_addr:address",
    "X-Forwarded-For": "x_forwarded_for",
    "cs-method": "method",
    "cs-uri-stem": "request_uri",
    "cs-uri-query": "args",
    "sc-status": "status:digits",
    "sc-bytes": "bytes_sent",
    "cs(User-Agent)": "user_agent",
    "cs-host": "host",
    "cs-version": "protocol",
    "time-taken": "request_time",
    "s-computername": "node",
}
_STANDARD = (
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status"
    " sc-substatus sc-win32-status time-taken"
)


def with_columns(names: list[str]) -> TextFormat:
    """The format of an object whose `#Fields:` line names these columns."""
    places = [_PLACES.get(name, "_") for name in names]
    return TextFormat(
        name="iis",
        title="IIS (W3C extended)",
        source="https://learn.microsoft.com/en-us/windows/win32/http/w3c-logging",
        pattern=" ".join(f"<{place if ':' in place else f'{place}:word'}>" for place in places),
        duration="ms",
        # A blank is written as +; a + of the client's own looks the same.
        escapes="plus",
        samples=_SAMPLES,
    )


_SAMPLES = (
    (
        "2026-10-20 08:27:00 10.0.0.5 GET /v2/acme/app/manifests/1.0 - 443 - 192.0.2.20 docker/27.3.1+go/go1.22.7 - 200 0 0 12",
        {
            "logged_at": "2026-10-20T08:27:00",
            "remote_addr": "192.0.2.20",
            "method": "GET",
            "request_uri": "/v2/acme/app/manifests/1.0",
            "status": 200,
            "request_time": 0.012,
            "user_agent": "docker/27.3.1 go/go1.22.7",
        },
    ),
)

FORMAT = with_columns(_STANDARD.split())
