"""Three cold pulls in logs of the fourth round of strangers: smaller proxies, platforms, exports, mistakes.

Written from the documentation or the source of each program. kamal-proxy's lines were counted under an
address that the client itself had written; those marked so were refused.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from tests.conformance import writers
from tests.counting import format_variants as known
from tests.counting.further_variants import Content, _json, _lines, _ltsv, _text, _wrapped
from tests.support.layouts import Line, as_combined

HOST = "registry.example.com"


def _stamp(line: Line) -> str:
    return known.iso(known.logged(line))


def _split(line: Line) -> tuple[str, str]:
    path, _, query = line["request_uri"].partition("?")
    return path, query


def traefik_otlp(line: Line) -> str:
    """Traefik 3 with `accesslog.otlp`: one document a line, the fields as attributes."""
    fields = json.loads(writers.traefik_json(line))
    attributes = [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in fields.items()
    ]
    record = {"timeUnixNano": str(round(float(line["msec"]) * 10**9)), "body": {"stringValue": ""}}
    logs = [{"scope": {}, "logRecords": [record | {"attributes": attributes}]}]
    return json.dumps({"resourceLogs": [{"resource": {}, "scopeLogs": logs}]})


def caddy_keys(line: Line) -> dict[str, Any]:
    """Caddy with `time_key @timestamp` and `time_format rfc3339_nano`: refused before."""
    fields = json.loads(writers.caddy(line))
    del fields["ts"]
    return fields | {"@timestamp": _stamp(line)}


def kamal(line: Line) -> dict[str, Any]:
    """kamal-proxy, in which `remote_addr` is what the client wrote as X-Forwarded-For: here another's."""
    path, query = _split(line)
    return {
        **{"time": _stamp(line), "level": "INFO", "msg": "Request", "host": HOST, "port": 443, "path": path},
        **{"request_id": "", "status": int(line["status"]), "service": "registry", "target": "0a1b:5000"},
        **{"duration": known.ms(line) * 10**6, "method": line["method"], "req_content_length": 0},
        **{"resp_content_length": int(line["body_bytes_sent"]), "resp_content_type": ""},
        **{"client_addr": line["remote_addr"], "client_port": "50123", "remote_addr": "203.0.113.66"},
        **{"user_agent": line["user_agent"], "proto": "HTTP/2.0", "scheme": "https", "query": query},
    }


def haproxy_clf(line: Line) -> str:
    """HAProxy's `option httplog clf`: combined, with neither referrer nor agent."""
    return (
        f"{line['remote_addr']} - - [{known.clf(known.logged(line))}]"
        f' "{known.request(line)}" {line["status"]} {line["bytes_sent"]} "" ""'
        ' 33317 235 "http-in" "reg" "srv1" 0 0 30 69 109 ---- 1 1 1 1 0 0 0 "" ""'
    )


def openshift_router(line: Line) -> str:
    """OpenShift's HAProxy behind syslog."""
    moment = known.logged(line)
    return (
        f"{moment:%Y-%m-%dT%H:%M:%S.%f}+00:00 router-default-5f6 haproxy[52]: {line['remote_addr']}:33317"
        f" [{moment.strftime('%d/%b/%Y:%H:%M:%S.%f')[:-3]}] fe_sni~ be_edge_http:reg:registry/pod:registry-1"
        f" 0/0/1/1/{known.ms(line)} {line['status']} {line['bytes_sent']} - - --NI 2/1/0/0/0 0/0"
        f' "{known.request(line)}"'
    )


def traffic_server(line: Line) -> str:
    """Apache Traffic Server's squid format."""
    began = known.started(line).timestamp()
    return (
        f"{began:.3f} {known.ms(line)} {line['remote_addr']} TCP_MISS/{line['status']} {line['bytes_sent']}"
        f" {line['method']} https://{HOST}{line['request_uri']} - DIRECT/o.example.com -"
    )


def container_app(lines: list[Line]) -> bytes:
    """`az containerapp logs show`: refused before."""
    return json.dumps([{"TimeStamp": _stamp(line), "Log": as_combined(line)} for line in lines]).encode()


def worker(line: Line) -> dict[str, Any]:
    """`wrangler tail --format json`, of a registry that is a Cloudflare Worker: refused before."""
    headers = {"user-agent": line["user_agent"], "cf-connecting-ip": line["remote_addr"], "host": HOST}
    request = {"url": f"https://{HOST}{line['request_uri']}", "method": line["method"], "headers": headers}
    event = {"request": request, "response": {"status": int(line["status"])}}
    return {"outcome": "ok", "eventTimestamp": round(float(line["msec"]) * 1000), "event": event, "logs": []}


def alibaba(line: Line) -> str:
    """Alibaba's CDN: refused before."""
    return (
        f'[{known.clf(known.logged(line), 8)}] {line["remote_addr"]} - {known.ms(line)} "-" "{line["method"]}'
        f' https://{HOST}{line["request_uri"]}" {line["status"]} 191 {line["bytes_sent"]} MISS'
        f' "{line["user_agent"]}" "application/json"'
    )


def yandex(line: Line) -> dict[str, Any]:
    """Yandex Cloud's load balancer."""
    return {
        **{"type": "https", "time": _stamp(line), "request_uri": line["request_uri"], "authority": HOST},
        **{"http_method": line["method"], "http_version": "HTTP/2.0", "http_status": int(line["status"])},
        **{"client_ip": line["remote_addr"], "client_port": "5100", "user_agent": line["user_agent"]},
        **{"response_body_bytes": line["body_bytes_sent"], "request_time": float(line["request_time"])},
    }


def railway(line: Line) -> dict[str, Any]:
    """Railway's HTTP log: its agents were not known before."""
    return {
        **{"timestamp": _stamp(line), "method": line["method"], "path": line["request_uri"], "host": HOST},
        **{"httpStatus": int(line["status"]), "totalDuration": known.ms(line), "txBytes": line["bytes_sent"]},
        **{
            "srcIp": line["remote_addr"],
            "clientUa": line["user_agent"],
            "upstreamAddress": "http://[fd12::1]",
        },
    }


def request_type(line: Line) -> dict[str, Any]:
    """WordPress VIP's edge log, in which the method is `request_type`: refused before."""
    return {
        **{"request_url": line["request_uri"], "timestamp": known.clf(known.logged(line)), "asn": "2635"},
        **{"request_type": line["method"], "remote_addr": line["remote_addr"], "status": str(line["status"])},
        **{"http_user_agent": line["user_agent"], "body_bytes_sent": str(line["body_bytes_sent"])},
    }


def in_fields(line: Line) -> dict[str, Any]:
    """The JSON of many an ELK tutorial."""
    fields = {"remote_addr": line["remote_addr"], "request": known.request(line), "status": line["status"]}
    fields |= {"body_bytes_sent": line["body_bytes_sent"], "http_user_agent": line["user_agent"]}
    return {"@timestamp": known.clf(known.logged(line)), "@fields": fields}


def without_blanks(line: Line) -> str:
    """A `log_format` in pieces without blanks between them: refused before."""
    return (
        as_combined(line)
        .replace(f'"{known.request(line)}" ', f'"{known.request(line)}"')
        .replace('" "', '""')
    )


def chart_museum(line: Line) -> dict[str, Any]:
    """ChartMuseum, whose names are zot's but for the time: refused before."""
    return {
        **{"L": "INFO", "T": _stamp(line), "M": "[12] Request served", "path": line["request_uri"]},
        **{"clientIP": line["remote_addr"], "method": line["method"], "statusCode": int(line["status"])},
    }


def openshift_registry(line: Line) -> str:
    """OpenShift's own distribution: more fields behind those of each request."""
    fields = {
        name: value for name, value in sorted(known.distribution_fields(line).items()) if "http" in name
    }
    texts = " ".join(f"{name}={json.dumps(value)}" for name, value in fields.items())
    head = f'time="{_stamp(line)}" level=info msg="response completed" go.version="go1.20.12 X:fips"'
    return f'{head} {texts} openshift.auth.user="system:serviceaccount:a:b"'


def clever_cloud(line: Line) -> dict[str, Any]:
    """Clever Cloud's access log."""
    request = {"method": line["method"], "path": line["request_uri"], "scheme": "https", "host": HOST}
    http = {"request": request, "response": {"statusCode": int(line["status"])}}
    return {"date": _stamp(line), "source": {"ip": line["remote_addr"], "port": 5000}, "http": http}


def ltsv_canonical(line: Line) -> str:
    """http://ltsv.org with all its labels, where nothing was forwarded: refused before."""
    return _ltsv(line) + "\tforwardedfor:-\treferer:-\treqtime:0.012\tvhost:registry.example.com"


def grafana_csv(lines: list[Line]) -> bytes:
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["Time", "Line", "labels"])
    rows.writerows([_stamp(line), as_combined(line), '{"app":"nginx"}'] for line in lines)
    return written.getvalue().encode()


def grafana_json(lines: list[Line]) -> bytes:
    rows = [{"line": as_combined(line), "date": _stamp(line), "fields": {"app": "nginx"}} for line in lines]
    return json.dumps(rows, indent=2).encode()


def numbered(lines: list[Line]) -> bytes:
    """`grep -n`: each address began with the number of the line before."""
    return _lines([f"{number}:{as_combined(line)}" for number, line in enumerate(lines, 1)])


SELDOM: dict[str, Content] = {
    "traefik, otlp": _text(traefik_otlp),
    "caddy, other keys": _json(caddy_keys),
    "kamal": _json(kamal),
    "haproxy, clf": _text(haproxy_clf),
    "openshift router": _text(openshift_router),
    "traffic server": _text(traffic_server),
    "azure container app": container_app,
    "cloudflare worker": _json(worker),
    "alibaba cdn": _text(alibaba),
    "yandex balancer": _json(yandex),
    "railway": _json(railway),
    "request_type": _json(request_type),
    "@fields": _json(in_fields),
    "without blanks": _text(without_blanks),
    "chartmuseum": _json(chart_museum),
    "openshift registry": _text(openshift_registry),
    "clever cloud": _json(clever_cloud),
    "ltsv, all labels": _text(ltsv_canonical),
    "grafana, csv": grafana_csv,
    "grafana, json": grafana_json,
    "grep over files": _wrapped(lambda text, _: f"/var/log/nginx/access.log.1:{text}"),
    "grep over files, contract A": _wrapped(lambda text, _: f"access.log.1:{text}", writers.contract_a),
    "grep -n": numbered,
    "nothing forwarded": _text(lambda line: f"- {as_combined(line)}"),
    "big-ip": _wrapped(lambda text, at: f"<134>{at:%b %e %H:%M:%S} bigip1 info tmm[123]: {text}"),
    "syslog with the level": _wrapped(lambda text, at: f"{at:%b %e %H:%M:%S} gw local7.info nginx: {text}"),
    "kafka console": _wrapped(
        lambda text, at: f"CreateTime:{round(at.timestamp() * 1000)}\t{text}", writers.contract_a
    ),
}
SELDOM_WITHOUT_AGENT = frozenset(
    {"haproxy, clf", "openshift router", "traffic server", "chartmuseum", "clever cloud"}
)
