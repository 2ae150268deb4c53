"""HAProxy's `option httplog`. Its time has no zone: UTC is taken. Captured headers have no names, so the user
agent is not known, but where a captured header looks like one ("docker/27.3.1")."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="haproxy",
    title="HAProxy (httplog)",
    source="https://docs.haproxy.org/3.0/configuration.html#8.2.3",
    pattern=(
        r"<remote_addr:peer>:[0-9]+ \[<time>\] <_> <_> [0-9/+-]+ <status> \+?<bytes_sent> <_> <_> <_> [0-9/+-]+ "
        r"[0-9/+-]+ (?:(?:\{(?:[^|}/]*\|)*<user_agent:agent>(?:\|[^}]*)?\}|\{[^}]*\}) )?(?:\{[^}]*\} )?"
        r'"<request>"(?: "<user_agent>")?(?: .*)?'
    ),
    without="the user agent, unless it is captured",
    advice="`capture request header User-Agent len 128`, or a JSON `log-format`",
    samples=(
        (
            "192.0.2.20:33317 [20/Oct/2026:08:00:00.655] http-in reg/srv1 10/0/30/69/109 200 1600 - - ---- "
            '1/1/1/1/0 0/0 {} {} "GET /v2/acme/app/manifests/1.0 HTTP/1.1"',
            {
                "logged_at": "2026-10-20T08:00:00.655",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "bytes_sent": 1600,
                "user_agent": None,
            },
        ),
        (
            "2001:db8::20:33317 [20/Oct/2026:08:00:00.655] https-in~ reg/srv1 0/0/0/69/69 200 +1600 - - ---- "
            '1/1/1/1/0 0/0 {containerd/v1.7.21|registry.example.com} "GET /v2/ HTTP/1.1"',
            {"remote_addr": "2001:db8::20", "user_agent": "containerd/v1.7.21"},
        ),
        (
            # log-format "… %{+Q}r %{+Q}[capture.req.hdr(0)]"
            "192.0.2.20:33317 [20/Oct/2026:08:00:00.655] https-in~ reg/srv1 0/0/0/69/69 200 1600 - - ---- "
            '1/1/1/1/0 0/0 "GET /v2/ HTTP/1.1" "docker/27.3.1" registry.example.com',
            {"remote_addr": "192.0.2.20", "user_agent": "docker/27.3.1"},
        ),
    ),
)
