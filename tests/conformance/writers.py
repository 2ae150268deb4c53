"""Recorded requests as other software would have logged them: what each format keeps, and what it loses.

Written from the documentation of each format, for the conformance tables: nothing here knows how Pullhouse
reads a line. `Line` is a recorded line of contract A.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.support.layouts import Line, as_combined

Writer = Callable[[Line], str]


def _logged(line: Line) -> datetime:
    return datetime.fromtimestamp(float(line["msec"]), UTC)


def _started(line: Line) -> datetime:
    return datetime.fromtimestamp(float(line["msec"]) - float(line["request_time"]), UTC)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _clf(moment: datetime) -> str:
    return moment.strftime("%d/%b/%Y:%H:%M:%S +0000")


def _request(line: Line) -> str:
    return f"{line['method']} {line['request_uri']} {line['protocol']}".strip()


def _escaped(text: str) -> str:
    """As nginx's default escape has it."""
    return text.replace("\\", "\\x5C").replace('"', "\\x22")


def _milliseconds(line: Line) -> int:
    return round(float(line["request_time"]) * 1000)


def _headers(line: Line, names: dict[str, str]) -> dict[str, list[str]]:
    return {header: [str(line[name])] for header, name in names.items() if line.get(name)}


def contract_a(line: Line) -> str:
    """The log_format of `gateway/`."""
    return json.dumps(line)


def ingress_nginx(line: Line) -> str:
    """Its `upstreaminfo`: kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/."""
    return (
        f"{as_combined(line)} 412 {line['request_time']} [registry-registry-5000] [] 10.0.0.2:5000"
        f" {line['body_bytes_sent']} {line['request_time']} {line['status']} {line['request_id']}"
    )


def nginx_proxy_manager(line: Line) -> str:
    """Its `proxy` log_format (docker/rootfs/etc/nginx/conf.d/include/log.conf)."""
    return (
        f"[{_clf(_logged(line))}] - {line['status']} {line['status']} - {line['method'] or '-'}"
        f' https registry.example.com "{line["request_uri"]}" [Client {line["remote_addr"]}]'
        f" [Length {line['body_bytes_sent']}] [Gzip -] [Sent-to 10.0.0.2]"
        f' "{_escaped(line["user_agent"]) or "-"}" "-"'
    )


def traefik_json(line: Line) -> str:
    """https://doc.traefik.io/traefik/observability/access-logs/ (durations are nanoseconds)."""
    fields: dict[str, Any] = {
        "ClientAddr": f"{line['remote_addr']}:40312",
        "ClientHost": line["remote_addr"],
        "DownstreamContentSize": int(line["body_bytes_sent"]),
        "DownstreamStatus": int(line["status"]),
        "Duration": _milliseconds(line) * 1_000_000,
        "RequestHost": "registry.example.com",
        "RequestMethod": line["method"],
        "RequestPath": line["request_uri"],
        "RequestProtocol": line["protocol"],
        "StartUTC": _iso(_started(line)),
        "level": "info",
        "msg": "",
        "request_User-Agent": line["user_agent"],
        "time": _logged(line).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return json.dumps(fields)


def caddy(line: Line) -> str:
    """https://caddyserver.com/docs/logging: `ts` is written when the request ends."""
    asked = {"User-Agent": "user_agent", "Range": "range"}
    answered = {"Docker-Content-Digest": "resp_digest", "Content-Type": "resp_content_type"}
    return json.dumps(
        {
            "level": "info",
            "ts": float(line["msec"]),
            "logger": "http.log.access.log0",
            "msg": "handled request",
            "request": {
                "remote_ip": line["remote_addr"],
                "remote_port": "40312",
                "client_ip": line["remote_addr"],
                "proto": line["protocol"],
                "method": line["method"],
                "host": "registry.example.com",
                "uri": line["request_uri"],
                "headers": _headers(line, asked),
            },
            "bytes_read": 0,
            "user_id": "",
            "duration": float(line["request_time"]),
            "size": int(line["body_bytes_sent"]),
            "status": int(line["status"]),
            "resp_headers": _headers(line, answered),
        }
    )


def envoy(line: Line) -> str:
    """https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage (default)."""
    return (
        f'[{_iso(_started(line))}] "{_request(line)}" {line["status"]} - 0 {line["body_bytes_sent"]}'
        f' {_milliseconds(line)} 1 "{line["remote_addr"]}" "{line["user_agent"]}" "{line["request_id"]}"'
        ' "registry.example.com" "10.0.0.2:5000"'
    )


def haproxy(line: Line) -> str:
    """https://docs.haproxy.org/2.8/configuration.html#8.2.3 (option httplog): no user agent."""
    begun = _started(line)
    moment = begun.strftime("%d/%b/%Y:%H:%M:%S.") + f"{begun.microsecond // 1000:03d}"
    return (
        f"{_logged(line).strftime('%b %e %H:%M:%S')} lb haproxy[14389]: {line['remote_addr']}:33317"
        f" [{moment}] http-in registry/srv1 0/0/1/1/{_milliseconds(line)} {line['status']}"
        f' {line["bytes_sent"]} - - ---- 1/1/1/1/0 0/0 "{_request(line)}"'
    )


def alb(line: Line) -> str:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html."""
    uri = f"https://registry.example.com:443{line['request_uri']}"
    return (
        f"https {_iso(_logged(line))} app/registry/50dc6c495c0c9188 {line['remote_addr']}:40312 10.0.0.2:80"
        f" 0.000 {float(line['request_time']):.3f} 0.000 {line['status']} {line['status']} 34"
        f' {line["bytes_sent"]} "{line["method"] or "-"} {uri} {line["protocol"]}"'
        f' "{line["user_agent"] or "-"}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2'
        " arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/registry/73e2d6bc24d8a067"
        f' "Root=1-{line["request_id"][:8]}-{line["request_id"][8:]}" "registry.example.com" "-" 0'
        f' {_iso(_started(line))} "forward" "-" "-" "10.0.0.2:80" "{line["status"]}" "-" "-"'
    )


def hand_made_json(line: Line) -> str:
    """What people write themselves: `@timestamp` and nginx's own names, the request as one text."""
    return json.dumps(
        {
            "@timestamp": _logged(line).isoformat(timespec="seconds"),
            "remote_addr": line["remote_addr"],
            "request": _request(line),
            "status": int(line["status"]),
            "body_bytes_sent": int(line["body_bytes_sent"]),
            "request_time": float(line["request_time"]),
            "http_user_agent": line["user_agent"],
            "http_referrer": "",
        }
    )


WRITERS: dict[str, Writer] = {
    "contract A (JSON)": contract_a,
    "nginx combined": as_combined,
    "ingress-nginx": ingress_nginx,
    "Nginx Proxy Manager": nginx_proxy_manager,
    "Traefik, JSON": traefik_json,
    "Caddy": caddy,
    "Envoy": envoy,
    "HAProxy": haproxy,
    "AWS ALB": alb,
    "JSON made by hand": hand_made_json,
}
