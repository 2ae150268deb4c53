"""Three cold pulls in formats and envelopes that no list had named: what users of other programs bring.

Written from the documentation of each program, or from a line in a public report, by somebody who tried the
readers as a stranger; most of them were refused, or read wrong, then.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tests.conformance import writers
from tests.counting import format_variants as known
from tests.counting.format_variants import Variant, each, wrapped
from tests.support.layouts import Line, as_combined

HOST = "registry.example.com"


def _with(line: str, **changes: object) -> str:
    """A JSON line with some of its fields changed."""
    return json.dumps(json.loads(line) | changes)


def _split(line: Line) -> tuple[str, str]:
    path, _, query = line["request_uri"].partition("?")
    return path, query


def caddy_nano(line: Line) -> str:
    """Caddy with `duration_format nano`: nanoseconds, without a unit."""
    return _with(writers.caddy(line), duration=known.ms(line) * 1_000_000)


def caddy_milliseconds(line: Line) -> str:
    """Caddy with `time_format unix_milli_float`."""
    return _with(writers.caddy(line), ts=float(line["msec"]) * 1000 + 0.25)


def traefik_local(line: Line) -> str:
    """Traefik where StartUTC is dropped, and the clock stands two hours ahead."""
    fields = json.loads(writers.traefik_json(line))
    del fields["StartUTC"]
    moment = known.started(line).astimezone(known.timezone(known.timedelta(hours=2)))
    return json.dumps(fields | {"time": moment.isoformat()})


def haproxy_ingress(line: Line) -> str:
    """The ingress of HAProxy Technologies: the host in front of the path, no scheme."""
    moment = known.started(line).strftime("%d/%b/%Y:%H:%M:%S.%f")[:-3]
    return (
        f"{line['remote_addr']}:33317 [{moment}] https~ default_registry_5000/SRV_1 0/0/1/1/{known.ms(line)}"
        f" {line['status']} {line['bytes_sent']} - - ---- 1/1/0/0/0 0/0"
        f' "{line["method"]} {HOST}{line["request_uri"]} {line["protocol"]}"'
    )


def envoy_gateway(line: Line) -> str:
    """Envoy Gateway's default JSON."""
    fields: dict[str, Any] = json.loads(known.envoy_json(line))
    path = fields.pop("path")
    fields["x-forwarded-for"], fields["user-agent"] = line["remote_addr"], fields.pop("user_agent")
    return json.dumps(fields | {"x-envoy-origin-path": path, ":authority": fields.pop("authority")})


def contour(line: Line) -> str:
    """Contour's JSON: `@timestamp`, and a `duration` in milliseconds."""
    fields = json.loads(known.envoy_json(line))
    return json.dumps({"@timestamp": fields.pop("start_time")} | fields | {"upstream_service_time": "3"})


def pomerium(line: Line) -> str:
    """Pomerium: hyphens, and the line of an envelope that is none (`message`)."""
    return json.dumps(
        {
            "level": "info",
            "service": "envoy",
            "method": line["method"],
            "authority": HOST,
            "path": line["request_uri"],
            "user-agent": line["user_agent"],
            "forwarded-for": line["remote_addr"],
            "request-id": line["request_id"],
            "duration": known.ms(line) + 0.5,
            "size": int(line["body_bytes_sent"]),
            "response-code": int(line["status"]),
            "time": known.iso(known.logged(line)),
            "message": "http-request",
        }
    )


def cloudfront_v2(lines: list[Line]) -> list[str]:
    """CloudFront's standard log v2 with columns of one's own: `timestamp(ms)` instead of date and time."""
    names = (
        "timestamp(ms) x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(User-Agent)"
        " cs-uri-query x-edge-request-id cs-protocol time-taken c-country"
    )
    rows = []
    for line in lines:
        path, query = _split(line)
        row = [
            round(float(line["msec"]) * 1000),
            "FRA56",
            line["bytes_sent"],
            line["remote_addr"],
            line["method"],
        ]
        row += [HOST, path, line["status"], quote(line["user_agent"], safe="/.-_~()"), query or "-"]
        row += [line["request_id"], "https", f"{float(line['request_time']):.3f}", "DE"]
        rows.append("\t".join(map(str, row)))
    return ["#Version: 1.0", f"#Fields: {names}", *rows]


def fastly(line: Line) -> str:
    """Better Stack's recipe for Fastly."""
    return json.dumps(
        {
            "timestamp": known.started(line).strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "client_ip": line["remote_addr"],
            "host": HOST,
            "url": line["request_uri"],
            "request_method": line["method"],
            "request_protocol": "HTTP/1.1",
            "request_user_agent": line["user_agent"],
            "response_state": "MISS",
            "response_status": int(line["status"]),
            "response_body_size": int(line["body_bytes_sent"]),
        }
    )


def fastly_request_is_a_method(line: Line) -> str:
    """Another recipe for Fastly, in which `request` is the method and times are milliseconds."""
    return json.dumps(
        {
            "time_start": round(known.started(line).timestamp() * 1000),
            "time_elapsed": known.ms(line) * 1000,
            "client_ip": line["remote_addr"],
            "request": line["method"],
            "host": HOST,
            "url": line["request_uri"],
            "request_user_agent": line["user_agent"],
            "status": str(line["status"]),
            "resp_body_size": int(line["body_bytes_sent"]),
        }
    )


def front_door(line: Line) -> str:
    """Azure Front Door: an absolute URI."""
    return json.dumps(
        {
            "time": known.iso(known.logged(line)),
            "category": "FrontDoorAccessLog",
            "properties": {
                "trackingReference": f"0{line['request_id']}",
                "httpMethod": line["method"],
                "requestUri": f"https://{HOST}:443{line['request_uri']}",
                "responseBytes": str(line["bytes_sent"]),
                "userAgent": line["user_agent"],
                "clientIp": line["remote_addr"],
                "socketIp": "198.51.100.99",
                "timeTaken": f"{float(line['request_time']):.3f}",
                "httpStatusCode": str(line["status"]),
            },
        }
    )


def application_gateway(line: Line) -> str:
    """Azure Application Gateway v2: the query apart."""
    path, query = _split(line)
    return json.dumps(
        {
            "timeStamp": known.logged(line).strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "category": "ApplicationGatewayAccessLog",
            "properties": {
                "clientIP": line["remote_addr"],
                "clientPort": 45057,
                "httpMethod": line["method"],
                "requestUri": path,
                "requestQuery": query,
                "userAgent": line["user_agent"],
                "httpStatus": int(line["status"]),
                "sentBytes": int(line["bytes_sent"]),
                "timeTaken": float(line["request_time"]),
            },
        }
    )


def kong(line: Line) -> str:
    """Kong's file-log."""
    return json.dumps(
        {
            "request": {
                "method": line["method"],
                "uri": line["request_uri"],
                "url": f"http://{HOST}:8000/v2/",
                "id": line["request_id"],
                "headers": {"user-agent": line["user_agent"], "host": HOST},
            },
            "response": {
                "status": int(line["status"]),
                "size": int(line["bytes_sent"]),
                "headers": {"docker-content-digest": line["resp_digest"] or ""},
            },
            "latencies": {"request": known.ms(line)},
            "started_at": round(known.started(line).timestamp() * 1000),
            "client_ip": line["remote_addr"],
        }
    )


def akamai(line: Line) -> str:
    """Akamai DataStream 2: no slash in front of the path."""
    path, query = _split(line)
    return json.dumps(
        {
            "reqId": line["request_id"],
            "reqTimeSec": f"{known.started(line).timestamp():.3f}",
            "bytes": str(line["body_bytes_sent"]),
            "cliIP": line["remote_addr"],
            "statusCode": str(line["status"]),
            "reqHost": HOST,
            "reqMethod": line["method"],
            "reqPath": path.lstrip("/"),
            "queryStr": query or "-",
            "UA": quote(line["user_agent"], safe="/.-_~()"),
        }
    )


def iis(lines: list[Line]) -> list[str]:
    """IIS: blanks between the columns, + for a blank inside one."""
    names = (
        "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer)"
        " sc-status sc-substatus sc-win32-status time-taken"
    )
    rows = []
    for line in lines:
        path, query = _split(line)
        moment, agent = known.logged(line).strftime("%Y-%m-%d %H:%M:%S"), line["user_agent"].replace(" ", "+")
        rows.append(
            f"{moment} 10.0.0.5 {line['method']} {path} {query or '-'} 443 - {line['remote_addr']}"
            f" {agent or '-'} - {line['status']} 0 0 {known.ms(line)}"
        )
    return ["#Software: Microsoft Internet Information Services 10.0", f"#Fields: {names}", *rows]


def squid(line: Line) -> str:
    """Squid's native format: no user agent."""
    return (
        f"{float(line['msec']):.3f} {known.ms(line):6d} {line['remote_addr']} TCP_MISS/{line['status']}"
        f" {line['bytes_sent']} {line['method']} https://{HOST}{line['request_uri']} - HIER_DIRECT/10.0.0.1 -"
    )


def gitea(line: Line) -> str:
    """Gitea's router log: no user agent."""
    return (
        f"{known.logged(line):%Y/%m/%d %H:%M:%S} HTTPRequest [I] router: completed {line['method']}"
        f" {line['request_uri']} for {line['remote_addr']}:0, {line['status']} OK in"
        f" {float(line['request_time']) * 1000:.1f}ms @ container/container.go:130(container.Check)"
    )


def quay(line: Line) -> str:
    """Quay's nginx."""
    duration = line["request_time"]
    return f"{as_combined(line).replace(' - - [', ' (-) - - [')} ({duration} 210 {duration})"


def jfrog_nginx(line: Line) -> str:
    """The nginx of JFrog's Helm charts."""
    return (
        f'ip = {line["remote_addr"]} user = "-" local_time = "{known.clf(known.logged(line))}" host = {HOST}'
        f' request = "{known.request(line)}" status = {line["status"]} bytes = {line["body_bytes_sent"]}'
        f' upstream = "10.0.0.1:8081" upstream_time = 0.1 request_time = {line["request_time"]} referer = "-"'
        f' UA = "{known.agent(line)}"'
    )


def ingress_json(line: Line) -> str:
    """The JSON of ingress-nginx' own pages where no PROXY protocol is spoken: its `remote_addr` is empty."""
    path, query = _split(line)
    return json.dumps(
        {
            "time": known.logged(line).isoformat(timespec="seconds"),
            "remote_addr": "",
            "x_forward_for": line["remote_addr"],
            "request_id": line["request_id"],
            "bytes_sent": int(line["bytes_sent"]),
            "request_time": float(line["request_time"]),
            "status": int(line["status"]),
            "vhost": HOST,
            "path": path,
            "request_query": query,
            "duration": float(line["request_time"]),
            "method": line["method"],
            "http_user_agent": line["user_agent"],
        }
    )


def forwarded(line: Line) -> str:
    """Apache with `%{X-Forwarded-For}i` in front, of two proxies."""
    return as_combined(line).replace(line["remote_addr"], f"10.9.9.9, {line['remote_addr']}", 1)


def _in_words(notation: str) -> Variant:
    def write(line: Line) -> str:
        return json.dumps(
            {
                "time": known.logged(line).strftime(notation),
                "remote_ip": line["remote_addr"],
                "method": line["method"],
                "uri": line["request_uri"],
                "status": int(line["status"]),
                "bytes_out": int(line["body_bytes_sent"]),
                "user_agent": line["user_agent"],
                # The unit is nowhere said: nanoseconds here.
                "latency": known.ms(line) * 1_000_000,
                "duration": known.ms(line) * 1_000_000,
            }
        )

    return each(write)


def in_filebeat(text: str, moment: datetime) -> str:
    """Filebeat's own JSON: `log` is an object beside the line."""
    return json.dumps(
        {
            "@timestamp": known.iso(moment),
            "@metadata": {"beat": "filebeat", "type": "_doc", "version": "8.15.0"},
            "log": {"offset": 1024, "file": {"path": "/var/log/nginx/access.log"}},
            "message": text,
            "input": {"type": "filestream"},
            "host": {"name": "gw"},
        }
    )


def in_elasticdump(text: str, moment: datetime) -> str:
    """A document as elasticdump writes it."""
    return json.dumps({"_index": "nginx", "_id": "x", "_source": json.loads(in_filebeat(text, moment))})


def in_rsyslog_json(text: str, moment: datetime) -> str:
    """rsyslog's properties as JSON: the message keeps the space in front of it."""
    return json.dumps({"msg": f" {text}", "timereported": known.iso(moment), "programname": "nginx"})


def in_svlogd(text: str, moment: datetime) -> str:
    """svlogd, below GitLab's omnibus package."""
    return f"{moment:%Y-%m-%d_%H:%M:%S}.{moment.microsecond // 10:05d} {text}"


def apisix(line: Line) -> str:
    """APISIX's access.log."""
    return (
        f"{line['remote_addr']} - - [{known.clf(known.logged(line))}] {HOST} {_request(line)}"
        f' {line["status"]} {line["bytes_sent"]} {line["request_time"]} "-" "{line["user_agent"]}"'
        f' 10.0.3.7:5000 200 0.010 "http://{HOST}"'
    )


def tyk(line: Line) -> str:
    """Tyk's access log: keys in the order of the alphabet, a time without a year."""
    address, path = line["remote_addr"], line["request_uri"]
    return (
        f'time="{known.logged(line):%b %d %H:%M:%S}" level=info api_id=b1a4 api_key=0000 api_name=registry'
        f' client_ip="{address}" client_remote_addr="{address}:62008" host="{HOST}" latency_total=62'
        f" method={line['method']} org_id=678e path={path} prefix=access-log protocol=HTTP/1.1"
        f' remote_addr="{address}:62008" request_uri="{path}" status={line["status"]}'
        f' upstream_addr="http://10.0.0.2:5000" upstream_latency=61 user_agent="{line["user_agent"]}"'
    )


def oauth2_proxy(line: Line) -> str:
    """oauth2-proxy's request log, whose texts are quoted as Go quotes."""
    agent = line["user_agent"].replace("\\", r"\\")
    return (
        f"{line['remote_addr']} - {line['request_id']} - ci@example.com"
        f" [{known.logged(line):%Y/%m/%d %H:%M:%S}]"
        f' {HOST} {line["method"]} / "{line["request_uri"]}" HTTP/1.1 "{agent}" {line["status"]}'
        f" {line['bytes_sent']} {line['request_time']}"
    )


def heroku(line: Line) -> str:
    """Heroku's router."""
    return (
        f"{known.iso(known.logged(line))} heroku[router]: at=info method={line['method']}"
        f' path="{line["request_uri"]}" host={HOST} request_id={line["request_id"]}'
        f' fwd="{line["remote_addr"]}" dyno=web.1 connect=1ms'
        f" service={known.ms(line)}ms status={line['status']} bytes={line['bytes_sent']} protocol=https"
    )


def cloudfront_realtime(line: Line) -> str:
    """CloudFront's real-time log with all its fields."""
    path, query = _split(line)
    agent = quote(line["user_agent"], safe="/().:;,+=@-_")
    columns = [
        *(
            line["msec"],
            line["remote_addr"],
            "0.01",
            line["status"],
            line["bytes_sent"],
            line["method"],
            "https",
        ),
        *("d1.cloudfront.net", path, "300", "FRA56-P4", line["request_id"], HOST, line["request_time"]),
        *(
            "HTTP/2.0",
            "IPv4",
            agent,
            "-",
            "-",
            query or "-",
            "Miss",
            "-",
            "TLSv1.3",
            "X",
            "Miss",
            *["-"] * 15,
        ),
    ]
    return "\t".join(map(str, columns))


def aiohttp(line: Line) -> str:
    """Pulp's content app."""
    return as_combined(line).replace(" - - [", " [", 1)


def fluentd_apache(line: Line) -> str:
    """A line that Fluentd's or Fluent Bit's parser `apache2` took apart."""
    fields = {"date": float(line["msec"]), "host": line["remote_addr"], "user": "-", "method": line["method"]}
    fields |= {
        "path": line["request_uri"],
        "code": line["status"],
        "size": line["bytes_sent"],
        "referer": "-",
    }
    return json.dumps(fields | {"agent": line["user_agent"]})


def in_papertrail(text: str, moment: datetime) -> str:
    """Papertrail's archives."""
    times = f"{moment:%Y-%m-%dT%H:%M:%SZ}\t{moment:%Y-%m-%dT%H:%M:%SZ}"
    return f"700000000000040000\t{times}\t311812\tgw\t192.0.2.1\tLocal7\tInfo\tnginx\t{text}"


def _request(line: Line) -> str:
    return f'"{line["method"]} {line["request_uri"]} HTTP/1.1"'


UNLISTED: dict[str, Variant] = {
    "apisix": each(apisix),
    "tyk": each(tyk),
    "oauth2-proxy": each(oauth2_proxy),
    "heroku": each(heroku),
    "cloudfront, real-time": each(cloudfront_realtime),
    "aiohttp": each(aiohttp),
    "apache taken apart": each(fluentd_apache),
    "papertrail": wrapped(in_papertrail),
    "pulp": wrapped(lambda text, at: f"pulp [0a1b2c3d]: {text}"),
    "caddy, nanoseconds without a unit": each(caddy_nano),
    "caddy, milliseconds": each(caddy_milliseconds),
    "traefik, local time": each(traefik_local),
    "haproxy ingress": each(haproxy_ingress),
    "envoy gateway": each(envoy_gateway),
    "contour": each(contour),
    "emissary": each(lambda line: f"ACCESS {writers.envoy(line)}"),
    "pomerium": each(pomerium),
    "cloudfront v2, own columns": cloudfront_v2,
    "fastly": each(fastly),
    "fastly, request is a method": each(fastly_request_is_a_method),
    "azure front door": each(front_door),
    "azure application gateway": each(application_gateway),
    "kong": each(kong),
    "akamai": each(akamai),
    "iis": iis,
    "squid": each(squid),
    "gitea router": each(gitea),
    "quay": each(quay),
    "quay, its container": each(lambda line: f"nginx stdout | {quay(line)}"),
    "jfrog nginx": each(jfrog_nginx),
    "ingress-nginx json without proxy protocol": each(ingress_json),
    "apache, x-forwarded-for in front": each(forwarded),
    "http time": _in_words("%a, %d %b %Y %H:%M:%S GMT"),
    "c time": _in_words("%a %b %d %H:%M:%S %Y"),
    "iso time without signs": _in_words("%Y%m%dT%H%M%SZ"),
    "filebeat": wrapped(in_filebeat),
    "filebeat, contract A": wrapped(in_filebeat, writers.contract_a),
    "elasticdump": wrapped(in_elasticdump),
    "rsyslog json": wrapped(in_rsyslog_json),
    "gelf": wrapped(lambda text, at: json.dumps({"version": "1.1", "host": "gw", "short_message": text})),
    "splunk": wrapped(
        lambda text, at: json.dumps({"preview": False, "result": {"_raw": text, "host": "gw"}})
    ),
    "logcli": wrapped(lambda text, at: f'{at:%Y-%m-%dT%H:%M:%SZ} {{app="nginx", pod="gw-0"}} {text}'),
    "grafana": wrapped(lambda text, at: f"{round(at.timestamp() * 1000)}\t{known.iso(at)}\t{text}"),
    "stern": wrapped(lambda text, at: f"registry-7d9c5b6f4-x2x9q nginx {text}"),
    "kubetail": wrapped(lambda text, at: f"[registry-7d9c5b6f4-x2x9q nginx] {text}"),
    "svlogd": wrapped(in_svlogd, known.distribution_logfmt),
    "journal, a zone by its name": wrapped(
        lambda text, at: f"{at:%a %Y-%m-%d %H:%M:%S} CEST gw nginx[5]: {text}"
    ),
}
UNLISTED_WITHOUT_AGENT = frozenset({"haproxy ingress", "squid", "gitea router", "heroku"})
