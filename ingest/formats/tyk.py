"""Tyk's access log as text. Its time has no year by default, and no zone: UTC is taken."""

from ingest.formats.model import TextFormat

_VALUE = r'(?:"(?:[^"\\]|\\.)*"|[^" ]*)'


def _field(name: str, place: str, times: str = "") -> str:
    return rf'(?: {name}=(?:"<{place}:quoted>"|<{place}:bare>)){times}'


def _others(names: str) -> str:
    """Fields that are not read, between two that are: they stand in the order of the alphabet."""
    return rf"(?: (?:{names})={_VALUE})*"


FORMAT = TextFormat(
    is_pairs=True,
    name="tyk",
    title="Tyk (access log)",
    source="https://tyk.io/docs/api-management/logs/access-logs",
    pattern=(
        r'time=(?:"<time:quoted>"|<time:bare>) level=info'
        + rf"(?: msg={_VALUE})?"
        + _others("[ab][a-z_]*")
        + _field("client_ip", "remote_addr")
        + _others("client_[j-z][a-z_]*|[d-g][a-z_]*")
        + _field("host", "host", "?")
        + _others("[i-l][a-z_]*")
        + _field("method", "method")
        + _others("o[a-z_]*|p[a-q][a-z_]*")
        + r" prefix=access-log"
        + _field("protocol", "protocol", "?")
        + _others("rem[a-z_]*")
        + _field("request_uri", "request_uri")
        + _others("response_[a-z_]*")
        + _field("status", "status")
        + _others("[t][a-z_]*|up[a-z_]*")
        + _field("user_agent", "user_agent", "?")
        + r"(?: .*)?"
    ),
    advice="TYK_LOGFORMAT=json, whose times have a year",
    samples=(
        (
            'time="Oct 20 08:27:00" level=info api_id=b1a41c9a api_key=00000000 api_name=registry api_version="Not Versioned" '
            'client_ip="192.0.2.20" client_remote_addr="192.0.2.20:62008" host="registry.example.com:8080" latency_total=62 '
            "method=GET org_id=678e6771 path=/v2/acme/app/manifests/1.0 prefix=access-log protocol=HTTP/1.1 "
            'remote_addr="192.0.2.20:62008" request_uri=/v2/acme/app/manifests/1.0 status=200 '
            'upstream_addr="http://10.0.0.2:5000/v2/acme/app/manifests/1.0" upstream_latency=61 user_agent="docker/27.3.1 go/go1.22.7"',
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "host": "registry.example.com:8080",
                "user_agent": "docker/27.3.1 go/go1.22.7",
            },
        ),
        (
            "time=2026-10-20T08:27:00Z level=info api_id=b1 client_ip=192.0.2.20 method=GET path=/ prefix=access-log "
            'request_uri="/v2/" status=200 user_agent=curl/8.5.0',
            {"logged_at": "2026-10-20T08:27:00", "request_uri": "/v2/", "user_agent": "curl/8.5.0"},
        ),
    ),
)
