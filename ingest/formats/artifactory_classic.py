"""Artifactory before 7, and the same columns in another order: `20261020080000|12|REQUEST|address|user|…`."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="artifactory-classic",
    title="Artifactory request log (version 6 and older)",
    source="https://www.jfrog.com/confluence/display/RTF6X/Artifactory+Log+Files",
    pattern=(
        r"<time:pipe>\|<request_time>\|REQUEST\|<remote_addr:pipe>\|<_:pipe>\|<method:pipe>\|<request_uri:pipe>\|"
        r"<protocol:pipe>\|<status>\|-?<body_bytes_sent:length>"
    ),
    duration="ms",
    escapes="none",
    samples=(
        (
            "20261020080000|12|REQUEST|192.0.2.20|anonymous|GET|/docker-local/v2/acme/app/manifests/1.0|HTTP/1.1|200|1600",
            {
                "logged_at": "2026-10-20T08:00:00",
                "remote_addr": "192.0.2.20",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 0.012,
                "user_agent": None,
            },
        ),
    ),
)
