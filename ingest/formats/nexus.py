"""Sonatype Nexus: request.log, of its versions with the user agent and of those without."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="nexus",
    title="Nexus request.log",
    source="https://help.sonatype.com/en/logging.html",
    pattern=(
        r'<remote_addr> (?:-|[A-Za-z_][^ ]*) (?:[^\[]|\[[^0-9])*\[<time>\] "<request>" <status>(?: <_:count>)? '
        r'<body_bytes_sent> <request_time>(?: "<user_agent>")?(?: \[[^\]]*\])?'
    ),
    duration="ms",
    without="the user agent, where its pattern has no `%header{User-Agent}`",
    advice='put "%header{User-Agent}" into the pattern of `logback-access.xml`',
    samples=(
        (
            '192.0.2.20 - admin [20/Oct/2026:08:27:00 +0000] "GET /repository/docker/v2/acme/app/manifests/1.0 HTTP/1.1" '
            '200 - 1600 12 "docker/27.3.1" [qtp1234-56]',
            {
                "logged_at": "2026-10-20T08:27:00",
                "body_bytes_sent": 1600,
                "request_time": 0.012,
                "user_agent": "docker/27.3.1",
                "request_uri": "/repository/docker/v2/acme/app/manifests/1.0",
            },
        ),
        (
            '192.0.2.20 - - [20/Oct/2026:08:27:00 +0000] "GET /v2/ HTTP/1.1" 401 113 5',
            {"status": 401, "body_bytes_sent": 113, "request_time": 0.005, "user_agent": None},
        ),
    ),
)
