"""`wrangler tail --format json`: a registry that is a Worker. Cloudflare itself sets `cf-connecting-ip`."""

from ingest.formats.model import JsonFormat

FORMAT = JsonFormat(
    name="cloudflare-worker",
    title="Cloudflare Worker (`wrangler tail --format json`)",
    source="https://developers.cloudflare.com/workers/observability/logs/real-time-logs/",
    pointers={
        "time": ("/eventTimestamp",),
        "remote_addr": ("/event/request/headers/cf-connecting-ip",),
        "method": ("/event/request/method",),
        "request_uri": ("/event/request/url",),
        "status": ("/event/response/status",),
        "user_agent": ("/event/request/headers/user-agent",),
        "range": ("/event/request/headers/range",),
        "host": ("/event/request/headers/host",),
        "request_id": ("/event/request/headers/cf-ray",),
    },
    marks=("/event/request/headers/cf-connecting-ip", "/event/request/url", "/event/response/status"),
    advice="Logpush of the zone (`cloudflare`), which has sizes and loses no line",
    samples=(
        (
            '{"wallTime":3,"outcome":"ok","scriptName":"registry","exceptions":[],"logs":[],"eventTimestamp":1792484820400,'
            '"event":{"request":{"url":"https://registry.example.com/v2/acme/app/manifests/1.0","method":"GET","headers":'
            '{"cf-connecting-ip":"192.0.2.20","host":"registry.example.com","user-agent":"containerd/v1.7.21"},'
            '"cf":{"colo":"FRA"}},"response":{"status":200}},"id":0}',
            {
                "logged_at": "2026-10-20T08:27:00.400",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "https://registry.example.com/v2/acme/app/manifests/1.0",
                "status": 200,
                "user_agent": "containerd/v1.7.21",
            },
        ),
    ),
)
