"""Three cold pulls in the logs of many programs, wrapped as many ways as logs travel.

Written from the documentation of each program, by somebody who had not read `ingest/`: whatever is written
here must come out as three downloads from three addresses. `Line` is a recorded line of contract A.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from tests.conformance import writers
from tests.support.layouts import Corpus, Layout, Line, as_combined, separate

PULLS = ("cri-containerd.cold-tag", "docker.fullcold", "podman.cold-tag")
Variant = Callable[[list[Line]], list[str]]
Made = TypeVar("Made")


class ThreePulls:
    """Three scenarios of the recorded corpus: containerd, docker and podman pull the same image."""

    def __init__(self, corpus: Corpus) -> None:
        self.truth = [truth for truth in corpus.truth if truth["id"] in PULLS]
        self.catalogue: dict[str, Any] = {}
        self.lines = corpus.lines


def lay_out(
    corpus: Path, variants: Mapping[str, Callable[[list[Line]], Made]]
) -> dict[str, tuple[Layout, Made]]:
    """Each variant as a layout (its own names and addresses' times) and what it makes of the lines."""
    pulls = ThreePulls(Corpus(corpus))
    made = {}
    taken: set[str] = set()
    for number, (name, variant) in enumerate(variants.items()):
        first = datetime(2026, 2, 1, 8, tzinfo=UTC) + timedelta(hours=number)
        layouts = (
            separate(pulls, seed=seed, first=first, every=timedelta(minutes=3))
            for seed in range(5000 + number, 10**6, 1000)
        )
        layout = next(layout for layout in layouts if repository_of(layout) not in taken)
        taken.add(repository_of(layout))
        made[name] = (layout, variant(layout.lines))
    return made


def repository_of(layout: Layout) -> str:
    """The name of the one image that is pulled in it."""
    renaming = layout.placed[0].renaming
    assert renaming is not None
    return renaming.repository("acme/app")


def each(writer: Callable[[Line], str]) -> Variant:
    """One line of text a request."""
    return lambda lines: [writer(line) for line in lines]


def wrapped(envelope: Callable[[str, datetime], str], writer: Callable[[Line], str] = as_combined) -> Variant:
    """Each line inside an envelope, which knows when it was written."""
    return lambda lines: [envelope(writer(line), logged(line)) for line in lines]


def logged(line: Line) -> datetime:
    """When the request ended."""
    return datetime.fromtimestamp(float(line["msec"]), UTC)


def started(line: Line) -> datetime:
    """When the request began."""
    return logged(line) - timedelta(seconds=float(line["request_time"]))


def iso(moment: datetime) -> str:
    """RFC 3339 with milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def clf(moment: datetime, hours: float = 0) -> str:
    """The common log format's time, in a zone so many hours east."""
    return moment.astimezone(timezone(timedelta(hours=hours))).strftime("%d/%b/%Y:%H:%M:%S %z")


def request(line: Line) -> str:
    """The request line."""
    return f"{line['method']} {line['request_uri']} {line['protocol']}"


def agent(line: Line) -> str:
    """The user agent as nginx's default escape has it."""
    return line["user_agent"].replace("\\", "\\x5C").replace('"', "\\x22")


def ms(line: Line) -> int:
    """The duration in milliseconds."""
    return round(float(line["request_time"]) * 1000)


def common(line: Line) -> str:
    """Apache's `common`: no user agent."""
    return (
        f'{line["remote_addr"]} - - [{clf(logged(line))}] "{request(line)}" {line["status"]}'
        f" {line['body_bytes_sent'] or '-'}"
    )


def apache_escaped(line: Line) -> str:
    """Apache's combined: quotes and backslashes with a backslash before them."""
    escaped = line["user_agent"].replace("\\", "\\\\").replace('"', '\\"')
    return f'{common(line)} "-" "{escaped}"'


def zone(hours: float) -> Callable[[Line], str]:
    """Combined in a zone so many hours east of Greenwich."""
    return lambda line: as_combined(line).replace(clf(logged(line)), clf(logged(line), hours))


def old_ingress(line: Line) -> str:
    """ingress-nginx before 0.30: the real address twice, no id at the end of its oldest lines."""
    head, rest = as_combined(line).split(" - - ", 1)
    upstream = "[reg-registry-5000] 10.0.0.2:5000 0 0.001 200"
    return f"{head} - [{head}] - - {rest} 1200 {line['request_time']} {upstream}"


def npm_standard(line: Line) -> str:
    """Nginx Proxy Manager's `standard` log_format (redirections and 404 hosts)."""
    return (
        f"[{clf(logged(line))}] {line['status']} - {line['method']} https registry.example.com"
        f' "{line["request_uri"]}" [Client {line["remote_addr"]}] [Length {line["body_bytes_sent"]}]'
        f' [Gzip -] "{agent(line)}" "-"'
    )


def traefik_clf(line: Line) -> str:
    """Traefik's default: combined, then request number, router, server and duration."""
    return f'{as_combined(line)} 17 "registry@docker" "http://172.18.0.3:5000" {ms(line)}ms'


def traefik_without_headers(line: Line) -> str:
    """Traefik drops all headers unless it is asked to keep them: no user agent."""
    fields = json.loads(writers.traefik_json(line))
    del fields["request_User-Agent"]
    return json.dumps(fields)


def old_caddy(line: Line) -> str:
    """Caddy before 2.5: one `remote_addr` with its port."""
    fields = json.loads(writers.caddy(line))
    fields["request"]["remote_addr"] = f"{line['remote_addr']}:40312"
    for name in ("remote_ip", "remote_port", "client_ip"):
        del fields["request"][name]
    fields["common_log"] = common(line)
    return json.dumps(fields)


def caddy_console(line: Line) -> str:
    """Caddy's `console` encoder: time, level and logger, then the fields as JSON."""
    fields = json.loads(writers.caddy(line))
    for name in ("level", "ts", "logger", "msg"):
        del fields[name]
    head = logged(line).strftime("%Y/%m/%d %H:%M:%S.%f")[:-3]
    return f"{head}\tINFO\thttp.log.access.log0\thandled request\t{json.dumps(fields)}"


def caddy_iso(line: Line) -> str:
    """Caddy with `time_format iso8601`, durations as text."""
    fields = json.loads(writers.caddy(line)) | {"ts": iso(logged(line)).replace("Z", "+0000")}
    return json.dumps(fields)


def envoy_json(line: Line) -> str:
    """Istio's JSON access log."""
    return json.dumps(
        {
            "authority": "registry.example.com",
            "bytes_received": 0,
            "bytes_sent": int(line["body_bytes_sent"]),
            "downstream_local_address": "10.0.0.5:5000",
            "downstream_remote_address": f"{line['remote_addr']}:40312",
            "duration": ms(line),
            "method": line["method"],
            "path": line["request_uri"],
            "protocol": line["protocol"],
            "request_id": line["request_id"],
            "response_code": int(line["status"]),
            "response_flags": "-",
            "start_time": iso(started(line)),
            "upstream_host": "10.0.0.5:5000",
            "user_agent": line["user_agent"],
            "x_forwarded_for": None,
        }
    )


def istio_text(line: Line) -> str:
    """Istio's default text: the address of the client stands near the end."""
    return (
        f'[{iso(started(line))}] "{request(line)}" {line["status"]} - via_upstream - "-" 0'
        f' {line["body_bytes_sent"]} {ms(line)} 1 "-" "{line["user_agent"]}" "{line["request_id"]}"'
        ' "registry.example.com" "10.0.0.5:5000" inbound|5000|| 127.0.0.6:45293 10.0.0.5:5000'
        f" {line['remote_addr']}:40312 outbound_.5000_._.registry.default.svc.cluster.local default"
    )


def haproxy_captures(line: Line) -> str:
    """HAProxy with the user agent as a captured header."""
    head, tail = writers.haproxy(line).rsplit(" 0/0 ", 1)
    return f"{head} 0/0 {{registry.example.com|{line['user_agent']}}} {{}} {tail}"


def haproxy_plain(line: Line) -> str:
    """HAProxy's lines on its own standard output: no syslog before them."""
    return writers.haproxy(line).split("]: ", 1)[1]


def cloudfront(lines: list[Line]) -> list[str]:
    """CloudFront's standard log: tabs, two lines of head, the user agent percent-encoded."""
    fields = (
        "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer)"
        " cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header"
        " cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type"
        " cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte"
        " x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end"
    )
    rows = []
    for line in lines:
        path, _, query = line["request_uri"].partition("?")
        rows.append(
            "\t".join(
                [
                    *logged(line).strftime("%Y-%m-%d %H:%M:%S").split(),
                    "FRA56-P4",
                    str(line["bytes_sent"]),
                    line["remote_addr"],
                    line["method"],
                    "d111111abcdef8.cloudfront.net",
                    path,
                    str(line["status"]),
                    "-",
                    quote(line["user_agent"], safe="/.-_~()"),
                    query or "-",
                    "-",
                    "Miss",
                    line["request_id"],
                    "registry.example.com",
                    "https",
                    "230",
                    f"{float(line['request_time']):.3f}",
                    *(
                        "-",
                        "TLSv1.3",
                        "TLS_AES_128_GCM_SHA256",
                        "Miss",
                        "HTTP/2.0",
                        "-",
                        "-",
                        "40312",
                        "0.01",
                    ),
                    *("Miss", line["resp_content_type"] or "-", str(line["body_bytes_sent"]), "-", "-"),
                ]
            )
        )
    return ["#Version: 1.0", f"#Fields: {fields}", *rows]


def cloudflare(line: Line) -> str:
    """Cloudflare Logpush, http_requests."""
    return json.dumps(
        {
            "ClientIP": line["remote_addr"],
            "ClientRequestHost": "registry.example.com",
            "ClientRequestMethod": line["method"],
            "ClientRequestURI": line["request_uri"],
            "ClientRequestProtocol": line["protocol"],
            "ClientRequestUserAgent": line["user_agent"],
            "EdgeEndTimestamp": iso(logged(line)),
            "EdgeResponseBytes": int(line["bytes_sent"]),
            "EdgeResponseContentType": line["resp_content_type"],
            "EdgeResponseStatus": int(line["status"]),
            "EdgeStartTimestamp": iso(started(line)),
            "RayID": line["request_id"][:16],
        }
    )


def cloudflare_nanoseconds(line: Line) -> str:
    """Logpush's default `unixnano` times."""
    fields = json.loads(cloudflare(line))
    fields["EdgeEndTimestamp"] = round(float(line["msec"]) * 1000) * 1_000_000
    fields["EdgeStartTimestamp"] = round(started(line).timestamp() * 1000) * 1_000_000
    return json.dumps(fields)


def google_balancer(line: Line) -> str:
    """Google's HTTP load balancer, exported by Cloud Logging."""
    return json.dumps(
        {
            "httpRequest": {
                "latency": f"{float(line['request_time']):.6f}s",
                "remoteIp": line["remote_addr"],
                "requestMethod": line["method"],
                "requestSize": "230",
                "requestUrl": f"https://registry.example.com{line['request_uri']}",
                "responseSize": str(line["bytes_sent"]),
                "serverIp": "10.0.0.2",
                "status": int(line["status"]),
                "userAgent": line["user_agent"],
            },
            "insertId": line["request_id"][:14],
            "jsonPayload": {
                "@type": "type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry"
            },
            "logName": "projects/acme/logs/requests",
            "receiveTimestamp": iso(logged(line) + timedelta(seconds=1)),
            "resource": {"type": "http_load_balancer", "labels": {"zone": "global"}},
            "severity": "INFO",
            "timestamp": iso(started(line)),
        }
    )


def distribution_fields(line: Line) -> dict[str, Any]:
    """What distribution says when a response is completed."""
    return {
        "go.version": "go1.20.8",
        "http.request.host": "registry.example.com",
        "http.request.id": f"{line['request_id'][:8]}-0000-4000-8000-{line['request_id'][8:20]}",
        "http.request.method": line["method"],
        "http.request.remoteaddr": f"{line['remote_addr']}:40312",
        "http.request.uri": line["request_uri"],
        "http.request.useragent": line["user_agent"],
        "http.response.contenttype": line["resp_content_type"],
        "http.response.duration": f"{ms(line)}.25ms",
        "http.response.status": int(line["status"]),
        "http.response.written": int(line["body_bytes_sent"]),
    }


def distribution_logfmt(line: Line) -> str:
    """logrus text: values with anything but letters, digits and a few signs are quoted."""
    pairs = []
    for name, value in distribution_fields(line).items():
        text = str(value)
        plain = bool(text) and all(sign.isalnum() or sign in "-._/@^+" for sign in text)
        pairs.append(f"{name}={text if plain else json.dumps(text)}")
    head = f'time="{iso(logged(line))}" level=info msg="response completed"'
    return f"{head} {' '.join(pairs)}"


def distribution_json(line: Line) -> str:
    """logrus JSON."""
    fields = distribution_fields(line) | {
        "level": "info",
        "msg": "response completed",
        "time": iso(logged(line)),
    }
    return json.dumps(fields)


def distribution_access(line: Line) -> str:
    """distribution's own access line: combined with an empty referrer."""
    return as_combined(line).replace(' "-" "', ' "" "')


def distribution_stdout(lines: list[Line]) -> list[str]:
    """What `docker logs registry` shows: a request authorised, its response completed, an access line."""
    shown = []
    for line in lines:
        authorised = distribution_logfmt(line).replace("response completed", "authorized request")
        shown += [authorised, distribution_logfmt(line), distribution_access(line)]
    return shown


def harbor(line: Line) -> str:
    """Harbor's proxy: no time of its own; it stands in the syslog line around."""
    return (
        f'{line["remote_addr"]} - "{request(line)}" {line["status"]} {line["body_bytes_sent"]} "-"'
        f' "{agent(line)}" {line["request_time"]} {line["request_time"]} .'
    )


def gitlab_registry(line: Line) -> str:
    """GitLab's container registry, access log in JSON."""
    return json.dumps(
        {
            "content_type": line["resp_content_type"],
            "correlation_id": line["request_id"],
            "duration_ms": ms(line),
            "host": "registry.example.com",
            "level": "info",
            "method": line["method"],
            "msg": "access",
            "proto": line["protocol"],
            "referrer": "",
            "remote_addr": f"{line['remote_addr']}:40312",
            "remote_ip": line["remote_addr"],
            "status": int(line["status"]),
            "system": "http",
            "time": iso(logged(line)),
            "ttfb_ms": 1,
            "uri": line["request_uri"],
            "user_agent": line["user_agent"],
            "written_bytes": int(line["body_bytes_sent"]),
        }
    )


def zot(line: Line) -> str:
    """zot, with Go's way to write a duration."""
    return json.dumps(
        {
            "level": "info",
            "module": "http",
            "component": "session",
            "clientIP": f"{line['remote_addr']}:40312",
            "method": line["method"],
            "path": line["request_uri"],
            "statusCode": int(line["status"]),
            "latency": f"{float(line['request_time']):g}s",
            "bodySize": int(line["body_bytes_sent"]),
            "headers": {"User-Agent": [line["user_agent"]], "Accept": ["*/*"]},
            "time": logged(line).isoformat().replace("+00:00", "000Z"),
            "goroutine": 82,
            "caller": "zotregistry.dev/zot/pkg/api/session.go:89",
            "message": "HTTP API",
        }
    )


def nexus(line: Line) -> str:
    """Nexus Repository's request.log: the registry lies below /repository/<name>."""
    return (
        f'{line["remote_addr"]} - - [{clf(logged(line))}] "{line["method"]} /repository/docker-hosted'
        f'{line["request_uri"]} {line["protocol"]}" {line["status"]} - {line["body_bytes_sent"]} {ms(line)}'
        f' "{line["user_agent"]}" [qtp1094834071-112]'
    )


def artifactory(line: Line) -> str:
    """Artifactory 7's artifactory-request.log."""
    return "|".join(
        [
            iso(logged(line)),
            line["request_id"][:16],
            line["remote_addr"],
            "non_authenticated_user",
            line["method"],
            f"/api/docker/docker-local{line['request_uri']}",
            str(line["status"]),
            "-1",
            str(line["body_bytes_sent"]),
            str(ms(line)),
            line["user_agent"],
        ]
    )


def old_artifactory(line: Line) -> str:
    """Artifactory 6's request.log: no user agent."""
    return "|".join(
        [
            logged(line).strftime("%Y%m%d%H%M%S"),
            str(ms(line)),
            "REQUEST",
            line["remote_addr"],
            "anonymous",
            line["method"],
            f"/api/docker/docker-local{line['request_uri']}",
            line["protocol"],
            str(line["status"]),
            str(line["body_bytes_sent"]),
        ]
    )


def time_local_json(line: Line) -> str:
    """By hand: `time_local`, everything as text."""
    return json.dumps(
        {
            "time_local": clf(logged(line)),
            "remote_addr": line["remote_addr"],
            "request": request(line),
            "status": str(line["status"]),
            "body_bytes_sent": str(line["body_bytes_sent"]),
            "http_user_agent": line["user_agent"],
        }
    )


def time_iso8601_json(line: Line) -> str:
    """By hand, in a zone of its own."""
    moment = logged(line).astimezone(timezone(timedelta(hours=2))).isoformat(timespec="seconds")
    return json.dumps(
        {
            "time": moment,
            "client_ip": line["remote_addr"],
            "request_method": line["method"],
            "uri": line["request_uri"],
            "status": int(line["status"]),
            "bytes": int(line["body_bytes_sent"]),
            "agent": line["user_agent"],
        }
    )


def ecs(line: Line) -> str:
    """Elastic Common Schema, as Filebeat's nginx module writes it."""
    return json.dumps(
        {
            "@timestamp": iso(logged(line)),
            "source": {"ip": line["remote_addr"], "address": line["remote_addr"]},
            "http": {
                "request": {"method": line["method"]},
                "response": {
                    "status_code": int(line["status"]),
                    "body": {"bytes": int(line["body_bytes_sent"])},
                },
                "version": "1.1",
            },
            "url": {"original": line["request_uri"], "path": line["request_uri"].partition("?")[0]},
            "user_agent": {"original": line["user_agent"]},
            "event": {"dataset": "nginx.access"},
        }
    )


def logstash(line: Line) -> str:
    """Logstash's COMBINEDAPACHELOG, the quotes of the agent kept."""
    return json.dumps(
        {
            "@timestamp": iso(logged(line)),
            "@version": "1",
            "clientip": line["remote_addr"],
            "ident": "-",
            "auth": "-",
            "timestamp": clf(logged(line)),
            "verb": line["method"],
            "request": line["request_uri"],
            "httpversion": "1.1",
            "response": str(line["status"]),
            "bytes": str(line["body_bytes_sent"]),
            "referrer": '"-"',
            "agent": f'"{line["user_agent"]}"',
        }
    )


def in_docker(text: str, moment: datetime) -> str:
    """docker's json-file driver."""
    return json.dumps({"log": f"{text}\n", "stream": "stdout", "time": iso(moment)})


def in_cri(text: str, moment: datetime) -> str:
    """A file below /var/log/containers."""
    return f"{moment.strftime('%Y-%m-%dT%H:%M:%S.%f')}789Z stdout F {text}"


def in_cri_parts(lines: list[Line]) -> list[str]:
    """The same where a line is longer than the runtime's buffer: parts, then the end."""
    shown = []
    for line in lines:
        text, head = writers.contract_a(line), in_cri("", logged(line)).removesuffix("F ")
        shown += [f"{head}P {text[:150]}", f"{head}P {text[150:300]}", f"{head}F {text[300:]}"]
    return shown


def in_compose(text: str, moment: datetime) -> str:
    """`docker compose logs`, in colour."""
    return f"\x1b[36mnginx-1  | \x1b[0m{text}"


def in_service(text: str, moment: datetime) -> str:
    """`docker service logs`."""
    return f"registry_nginx.1.k3jm0o6q2p1x@node-2    | {text}"


def in_timestamps(text: str, moment: datetime) -> str:
    """`docker logs --timestamps`, `kubectl logs --timestamps`."""
    return f"{moment.strftime('%Y-%m-%dT%H:%M:%S.%f')}123Z {text}"


def in_kubectl(text: str, moment: datetime) -> str:
    """`kubectl logs --prefix`."""
    return f"[pod/registry-gateway-5d9c7b6f4-x2x7p/nginx] {text}"


def in_syslog(text: str, moment: datetime) -> str:
    """nginx's `access_log syslog:`, as it comes from the wire."""
    return f"<190>{moment.strftime('%b %e %H:%M:%S')} gw nginx: {text}"


def in_rsyslog(text: str, moment: datetime) -> str:
    """rsyslog's RSYSLOG_FileFormat."""
    return f"{moment.isoformat(timespec='microseconds')} gw nginx[512]: {text}"


def in_syslog_5424(text: str, moment: datetime) -> str:
    """RFC 5424 with structured data."""
    return f'<134>1 {iso(moment)} gw.example.com nginx 512 access [meta sequenceId="29"] {text}'


def in_journal_iso(text: str, moment: datetime) -> str:
    """`journalctl -o short-iso`."""
    return f"{moment.strftime('%Y-%m-%dT%H:%M:%S+0000')} gw nginx[512]: {text}"


def in_journal_json(text: str, moment: datetime) -> str:
    """`journalctl -o json`."""
    stamp = str(round(moment.timestamp() * 1_000_000))
    return json.dumps({"__REALTIME_TIMESTAMP": stamp, "_HOSTNAME": "gw", "PRIORITY": "6", "MESSAGE": text})


def in_fluent_bit(text: str, moment: datetime) -> str:
    """Fluent Bit's tail of container logs, with what Kubernetes adds."""
    pod = {"pod_name": "gw-1", "namespace_name": "registry", "labels": {"app": "gw"}}
    return json.dumps({"date": moment.timestamp(), "stream": "stdout", "log": text, "kubernetes": pod})


def in_fluentd_file(text: str, moment: datetime) -> str:
    """Fluentd's out_file: time, tag, JSON."""
    return f"{moment.isoformat(timespec='seconds')}\tnginx.access\t{json.dumps({'log': text})}"


def in_vector(text: str, moment: datetime) -> str:
    """Vector's file source, JSON."""
    fields = {"file": "/var/log/nginx/access.log", "host": "gw", "message": text, "source_type": "file"}
    return json.dumps(fields | {"timestamp": iso(moment)})


def in_loki(text: str, moment: datetime) -> str:
    """`logcli query -o jsonl`."""
    return json.dumps({"labels": {"job": "nginx"}, "line": text, "timestamp": iso(moment)})


def in_cloudwatch_json(text: str, moment: datetime) -> str:
    """`aws logs filter-log-events`, one event a line."""
    stamp = round(moment.timestamp() * 1000)
    return json.dumps(
        {"logStreamName": "gw", "timestamp": stamp, "message": text, "ingestionTime": stamp + 9}
    )


def nested(text: str, moment: datetime) -> str:
    """nginx-proxy's line, by compose, kept by docker, shipped by Fluent Bit."""
    return in_fluent_bit(in_docker(f"nginx.1     | registry.example.com {text}", moment), moment)


def with_errors(lines: list[Line]) -> list[str]:
    """nginx's error log in the same stream."""
    shown = []
    for line in lines:
        stamp = logged(line).strftime("%Y/%m/%d %H:%M:%S")
        shown += [
            f"{stamp} [warn] 29#29: *7 an upstream response is buffered, client: {line['remote_addr']},"
            f' server: registry.example.com, request: "{request(line)}", host: "registry.example.com"',
            as_combined(line),
        ]
    return shown


def with_hole(lines: list[Line]) -> list[str]:
    """A file that was truncated while nginx held it open: it begins with NUL bytes."""
    return ["\0" * 4096 + as_combined(lines[0]), *map(as_combined, lines[1:])]


def changing(lines: list[Line]) -> list[str]:
    """Combined, then Caddy, then contract A: the gateway was replaced twice."""
    third = len(lines) // 3
    return [
        *map(as_combined, lines[:third]),
        *map(writers.caddy, lines[third : 2 * third]),
        *map(writers.contract_a, lines[2 * third :]),
    ]


VARIANTS: dict[str, Variant] = {
    "apache common": each(common),
    "apache combined": each(apache_escaped),
    "apache combined with microseconds": each(lambda line: f"{apache_escaped(line)} {ms(line) * 1000}"),
    "apache vcombined": each(lambda line: f"registry.example.com:443 {apache_escaped(line)}"),
    "nginx main": each(lambda line: f'{as_combined(line)} "-"'),
    "nginx combined, zone -0700": each(zone(-7)),
    "nginx combined, zone +0545": each(zone(5.75)),
    "lighttpd": each(lambda line: as_combined(line).replace(" - - [", " registry.example.com - [")),
    "ingress-nginx": each(writers.ingress_nginx),
    "ingress-nginx, old": each(old_ingress),
    "nginx proxy manager": each(writers.nginx_proxy_manager),
    "nginx proxy manager, standard": each(npm_standard),
    "traefik text": each(traefik_clf),
    "traefik json": each(writers.traefik_json),
    "traefik json without headers": each(traefik_without_headers),
    "caddy": each(writers.caddy),
    "caddy before 2.5": each(old_caddy),
    "caddy console": each(caddy_console),
    "caddy iso8601": each(caddy_iso),
    "envoy text": each(writers.envoy),
    "envoy json": each(envoy_json),
    "istio text": each(istio_text),
    "haproxy": each(writers.haproxy),
    "haproxy with captures": each(haproxy_captures),
    "haproxy without syslog": each(haproxy_plain),
    "alb": each(writers.alb),
    "cloudfront": cloudfront,
    "cloudflare": each(cloudflare),
    "cloudflare, nanoseconds": each(cloudflare_nanoseconds),
    "google load balancer": each(google_balancer),
    "distribution logfmt": each(distribution_logfmt),
    "distribution json": each(distribution_json),
    "distribution access": each(distribution_access),
    "distribution stdout": distribution_stdout,
    "harbor in syslog": wrapped(in_syslog, harbor),
    "harbor in rsyslog": wrapped(in_rsyslog, harbor),
    "gitlab registry": each(gitlab_registry),
    "zot": each(zot),
    "nexus": each(nexus),
    "artifactory": each(artifactory),
    "artifactory 6": each(old_artifactory),
    "json by hand": each(writers.hand_made_json),
    "json by hand, time_local": each(time_local_json),
    "json by hand, other names": each(time_iso8601_json),
    "ecs": each(ecs),
    "logstash": each(logstash),
    "contract A in docker": wrapped(in_docker, writers.contract_a),
    "combined in docker": wrapped(in_docker),
    "contract A in cri": wrapped(in_cri, writers.contract_a),
    "combined in cri": wrapped(in_cri),
    "cri in parts": in_cri_parts,
    "compose": wrapped(in_compose),
    "docker service": wrapped(in_service),
    "timestamps": wrapped(in_timestamps),
    "kubectl prefix": wrapped(in_kubectl),
    "kubectl prefix, timestamps": wrapped(lambda text, at: in_kubectl(in_timestamps(text, at), at)),
    "syslog": wrapped(in_syslog),
    "rsyslog": wrapped(in_rsyslog),
    "syslog 5424": wrapped(in_syslog_5424),
    "journal iso": wrapped(in_journal_iso),
    "journal json": wrapped(in_journal_json),
    "fluent bit": wrapped(in_fluent_bit),
    "fluent bit, contract A": wrapped(in_fluent_bit, writers.contract_a),
    "fluentd file": wrapped(in_fluentd_file),
    "vector": wrapped(in_vector),
    "vector, caddy": wrapped(in_vector, writers.caddy),
    "loki": wrapped(in_loki),
    "cloudwatch json": wrapped(in_cloudwatch_json),
    "nested": wrapped(nested),
    "error log between": with_errors,
    "NUL head": with_hole,
    "changing": changing,
    "crlf": each(lambda line: f"{as_combined(line)}\r"),
    "byte order mark": lambda lines: ["\ufeff" + as_combined(lines[0]), *map(as_combined, lines[1:])],
}
# What docker, its engine, is not known by: the format has no user agent.
WITHOUT_AGENT = frozenset(
    {"apache common", "traefik json without headers", "haproxy", "haproxy without syslog", "artifactory 6"}
)
