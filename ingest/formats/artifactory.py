"""JFrog Artifactory: artifactory-request.log, columns between bars."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="artifactory",
    title="Artifactory request log",
    source="https://jfrog.com/help/r/jfrog-platform-administration-documentation/request-log",
    pattern=(
        r"<time:pipe>\|<request_id:pipe>\|<remote_addr:pipe>\|<_:pipe>\|<method:pipe>\|<request_uri:pipe>\|"
        r"<status>\|-?[0-9]*\|-?<body_bytes_sent:length>\|<request_time>\|<user_agent:rest>"
    ),
    duration="ms",
    escapes="none",
    samples=(
        (
            "2026-10-20T08:43:00.400Z|d5d75b3c41242768|192.0.2.20|anonymous|GET|"
            "/api/docker/docker-local/v2/acme/app/manifests/1.0|200|-1|1600|12|containerd/v1.7.21",
            {
                "logged_at": "2026-10-20T08:43:00.400",
                "request_id": "d5d75b3c41242768",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "status": 200,
                "body_bytes_sent": 1600,
                "request_time": 0.012,
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
