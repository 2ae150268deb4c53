"""AWS Application Load Balancer, and the Classic one, whose lines lack the first column and the last ones."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="alb",
    title="AWS load balancer (ALB, Classic)",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
    pattern=(
        r"(?:(?:https?|h2|grpcs|wss?) )?<time:stamp> [^ ]+ <remote_addr:peer>:[0-9]+ [^ ]+ "
        r'<_> <request_time:seconds> <_> <status> <_> -?[0-9]+ <bytes_sent> "<request>" "<user_agent>"(?: .*)?'
    ),
    without="an id of the request (the trace id is the client's)",
    samples=(
        (
            "https 2026-10-20T08:42:00.400000Z app/reg/50dc6c495c0c9188 192.0.2.20:2817 10.0.0.1:80 0.000 0.010 0.000 "
            '200 200 34 1600 "GET https://registry.example.com:443/v2/acme/app/manifests/1.0 HTTP/1.1" '
            '"containerd/v1.7.21" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:x "Root=1-58" "registry.example.com" '
            '"arn" 0 2026-10-20T08:42:00.390000Z "forward" "-" "-"',
            {
                "logged_at": "2026-10-20T08:42:00.400",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "https://registry.example.com:443/v2/acme/app/manifests/1.0",
                "status": 200,
                "bytes_sent": 1600,
                "request_time": 0.01,
                "user_agent": "containerd/v1.7.21",
            },
        ),
        (
            "2026-10-20T08:42:00.400000Z my-elb 192.0.2.20:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "
            '"GET http://registry.example.com:80/v2/ HTTP/1.1" "docker/27.3.1" - -',
            {"remote_addr": "192.0.2.20", "status": 200, "bytes_sent": 29, "user_agent": "docker/27.3.1"},
        ),
    ),
)
