"""Heroku's router: names and values. It has no user agent."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    is_pairs=True,
    name="heroku",
    title="Heroku's router",
    source="https://devcenter.heroku.com/articles/http-routing#heroku-router-log-format",
    pattern=(
        r'at=[a-z]+ (?:code=[A-Z0-9]+ desc="<_:quoted>" )?method=<method> path="<request_uri:quoted>" host=<host> '
        r'request_id=<request_id> fwd="<x_forwarded_for:quoted>" dyno=[^ ]* connect=[^ ]* (?:service=<request_time:digits>ms|'
        r"service=) status=<status> bytes=<bytes_sent:length>(?: .*)?"
    ),
    duration="ms",
    advice="log in the app as well, with the user agent",
    samples=(
        (
            '2026-10-20T08:27:00.515030+00:00 heroku[router]: at=info method=GET path="/v2/acme/app/manifests/1.0" '
            'host=registry.example.com request_id=d7c85cc2-b289-4443-8c1d-2327066d6a3e fwd="192.0.2.20" dyno=web.1 '
            "connect=1ms service=12ms status=200 bytes=1600 protocol=https",
            {
                "logged_at": "2026-10-20T08:27:00.515030",
                "request_id": "d7c85cc2-b289-4443-8c1d-2327066d6a3e",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "bytes_sent": 1600,
                "request_time": 0.012,
                "user_agent": None,
            },
        ),
        (
            '2026-10-20T08:27:00+00:00 heroku[router]: at=error code=H12 desc="Request timeout" method=GET path="/v2/" '
            'host=registry.example.com request_id=8601b555 fwd="198.51.100.7, 192.0.2.20" dyno= connect= service= status=503 bytes=',
            {"remote_addr": "192.0.2.20", "status": 503, "bytes_sent": None, "request_time": None},
        ),
    ),
)
