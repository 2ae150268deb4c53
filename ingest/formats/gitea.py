"""What Gitea and Forgejo say of each request on their standard output (the router's log)."""

from ingest.formats.model import TextFormat

FORMAT = TextFormat(
    name="gitea",
    title="Gitea, Forgejo (router log)",
    source="https://docs.gitea.com/administration/logging-config",
    pattern=(
        r"<time:two_words> (?:[^ ]+ )?\[[IW]\] router: completed <method> <request_uri> for <remote_addr:peer>:[0-9]+, "
        r"<status> [A-Za-z '-]+ in <request_time:go_duration>(?: .*)?"
    ),
    duration="go",
    advice="`[log] logger.access.MODE=file`: its access log is combined text, which has the user agent",
    samples=(
        (
            "2026/10/20 08:27:00 ...eb/routing/logger.go:102:func1() [I] router: completed GET /v2/acme/app/manifests/1.0 "
            "for 192.0.2.20:0, 200 OK in 12.5ms @ container/container.go:620(container.GetManifest)",
            {
                "logged_at": "2026-10-20T08:27:00",
                "remote_addr": "192.0.2.20",
                "method": "GET",
                "request_uri": "/v2/acme/app/manifests/1.0",
                "status": 200,
                "request_time": 0.0125,
            },
        ),
        (
            "2026/10/20 08:27:00 HTTPRequest [I] router: completed HEAD /v2/ for [2001:db8::20]:0, 405 Method Not Allowed "
            "in 0.4ms @ web/githttp.go:16(web.requireSignIn)",
            {"remote_addr": "[2001:db8::20]", "method": "HEAD", "status": 405},
        ),
    ),
)
