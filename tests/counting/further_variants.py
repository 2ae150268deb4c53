"""Three cold pulls in many more ways: other programs' names for the fields, shippers, tables, archives.

Written from the documentation of each program by somebody who tried the readers as a stranger: 33 of 106 such
logs were read then, all others were refused by their names, and none was counted wrong. What tells no method
(bunny.net's raw log, Azure's storage log) is not here: it must be refused.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tests.conformance import writers
from tests.counting import format_variants as known
from tests.support.layouts import Line, as_combined

Content = Callable[[list[Line]], bytes]
HOST = "registry.example.com"


def _lines(lines: Iterator[str] | list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _text(writer: Callable[[Line], str]) -> Content:
    return lambda lines: _lines(map(writer, lines))


def _json(fields: Callable[[Line], dict[str, Any]]) -> Content:
    return lambda lines: _lines(json.dumps(fields(line)) for line in lines)


def _wrapped(
    envelope: Callable[[str, datetime], str], writer: Callable[[Line], str] = as_combined
) -> Content:
    return lambda lines: _lines(envelope(writer(line), known.logged(line)) for line in lines)


def _in_json(fields: Callable[[str, datetime], dict[str, Any]]) -> Content:
    return _wrapped(lambda text, at: json.dumps(fields(text, at)))


def _pairs(line: Line, fields: dict[str, Any]) -> str:
    """logfmt as Go's logrus and slog write it: quotes where a value is not plain."""
    texts = {name: str(value) for name, value in fields.items()}
    plain = re.compile(r"[\w./@^+:-]+")
    return " ".join(
        f"{name}={text if plain.fullmatch(text) else json.dumps(text)}" for name, text in texts.items()
    )


def _logfmt(fields: Callable[[Line], dict[str, Any]]) -> Callable[[Line], str]:
    return lambda line: _pairs(line, fields(line))


def _stamp(line: Line) -> str:
    return known.iso(known.logged(line))


def _ms(line: Line) -> int:
    return round(float(line["msec"]) * 1000)


def _path(line: Line) -> str:
    return str(line["request_uri"]).partition("?")[0]


def _query(line: Line) -> str:
    return str(line["request_uri"]).partition("?")[2]


def _slog(line: Line) -> dict[str, Any]:
    return {
        **{"time": _stamp(line), "level": "INFO", "msg": "request", "method": line["method"]},
        **{
            "uri": line["request_uri"],
            "remote_addr": f"{line['remote_addr']}:40312",
            "status": line["status"],
        },
        **{"bytes": line["body_bytes_sent"], "user_agent": line["user_agent"], "duration": "12ms"},
    }


def _node(line: Line) -> dict[str, Any]:
    """What pino's and bunyan's serializers make of a request."""
    headers = {"host": HOST, "user-agent": line["user_agent"]}
    return {
        "level": 30,
        "time": _ms(line),
        "hostname": "gw",
        "req": {"id": 1, "method": line["method"], "url": line["request_uri"], "headers": headers}
        | {"remoteAddress": f"::ffff:{line['remote_addr']}", "remotePort": 40312},
        "res": {"statusCode": int(line["status"]), "headers": {"content-length": line["body_bytes_sent"]}},
        "responseTime": 12,
        "msg": "request completed",
    }


def _chi(line: Line) -> str:
    return (
        f"{known.logged(line):%Y/%m/%d %H:%M:%S} [gw-0/a1b2-000042]"
        f' "{line["method"]} http://{HOST}{line["request_uri"]} {line["protocol"]}" from'
        f" {line['remote_addr']}:40312 - {line['status']} {line['body_bytes_sent']}B in {known.ms(line)}.5ms"
    )


def _httplog(line: Line) -> dict[str, Any]:
    """go-chi/httplog."""
    asked = {"proto": line["protocol"], "remoteIP": f"{line['remote_addr']}:40312", "requestID": "gw/1"}
    asked |= {"requestMethod": line["method"], "requestPath": line["request_uri"]}
    answered = {"bytes": int(line["body_bytes_sent"]), "elapsed": 12.5, "status": int(line["status"])}
    return {
        "level": "info",
        "httpRequest": asked | {"header": {"user-agent": line["user_agent"]}},
        "httpResponse": answered,
        "timestamp": _stamp(line),
        "message": f"Response: {line['status']} OK",
    }


def _uvicorn(line: Line) -> str:
    return f'INFO:     {line["remote_addr"]}:51234 - "{known.request(line)}" {line["status"]} OK'


def _hypercorn(line: Line) -> str:
    return (
        f"[{known.logged(line):%Y-%m-%d %H:%M:%S} +0000] [12] [INFO] {line['remote_addr']}:40312 - -"
        f' [{known.clf(known.logged(line))}] "{line["method"]} {line["request_uri"]} 1.1" {line["status"]}'
        f' {line["body_bytes_sent"]} "-" "{line["user_agent"]}"'
    )


def _httpslog(line: Line) -> str:
    begun = known.started(line)
    return (
        f"{line['remote_addr']}:40312 [{begun:%d/%b/%Y:%H:%M:%S}.{begun.microsecond // 1000:03d}] fe~ be/s1"
        f" 0/0/1/1/{known.ms(line)} {line['status']} {line['bytes_sent']} - - ---- 1/1/0/0/0 0/0"
        f' "{line["method"]} https://{HOST}{line["request_uri"]} HTTP/2.0" 0/0000000000000000/0/0/0'
        f" {HOST}/TLSv1.3/TLS_AES_128_GCM_SHA256"
    )


def _gcs(line: Line) -> dict[str, Any]:
    """Google Cloud Storage's usage log."""
    return {
        **{"time_micros": str(_ms(line) * 1000), "c_ip": line["remote_addr"], "c_ip_type": "1"},
        **{"cs_method": line["method"], "cs_uri": line["request_uri"], "sc_status": str(line["status"])},
        **{"cs_bytes": "0", "sc_bytes": str(line["body_bytes_sent"]), "time_taken_micros": "12000"},
        **{"cs_host": HOST, "cs_user_agent": line["user_agent"], "s_request_id": line["request_id"]},
        **{"cs_operation": "GET_Object", "cs_bucket": "b", "cs_object": "o"},
    }


def _vercel(line: Line) -> dict[str, Any]:
    asked = {"timestamp": _ms(line), "method": line["method"], "host": HOST, "path": line["request_uri"]}
    asked |= {"userAgent": [line["user_agent"]], "statusCode": int(line["status"]), "scheme": "https"}
    asked |= {"clientIp": line["remote_addr"], "responseByteSize": int(line["bytes_sent"])}
    return {
        **{"id": "1", "source": "static", "host": "x.vercel.app", "timestamp": _ms(line), "level": "info"},
        # The page that answered, and not what was asked for.
        **{"path": "/v2", "statusCode": int(line["status"]), "requestId": line["request_id"], "proxy": asked},
    }


def _app_service(line: Line) -> dict[str, Any]:
    """Azure App Service, whose properties are JSON in a text."""
    properties = {"CsHost": HOST, "CIp": line["remote_addr"], "CsUriStem": _path(line)}
    properties |= {"CsUriQuery": _query(line), "CsMethod": line["method"], "TimeTaken": 12}
    properties |= {"ScStatus": str(line["status"]), "ScBytes": str(line["bytes_sent"])}
    properties |= {"UserAgent": line["user_agent"]}
    return {"time": _stamp(line), "category": "AppServiceHTTPLogs", "properties": json.dumps(properties)}


def _gcore(line: Line) -> str:
    return (
        f'"{line["remote_addr"]}" "-" "[{known.clf(known.logged(line))}]" "{known.request(line)}"'
        f' "{line["status"]}" "{line["body_bytes_sent"]}" "-" "{known.agent(line)}" "{line["bytes_sent"]}"'
        f' "-" "https" "{HOST}" "0.01"'
    )


def _ltsv(line: Line) -> str:
    fields = {"time": f"[{known.clf(known.logged(line))}]", "host": line["remote_addr"]}
    fields |= {"req": known.request(line), "status": line["status"], "size": line["body_bytes_sent"]}
    return "\t".join(f"{name}:{value}" for name, value in (fields | {"ua": line["user_agent"]}).items())


def _distribution_3(line: Line) -> str:
    fields = known.distribution_fields(line) | {"instance.id": "8a0e", "service": "registry"}
    head = f'time="{_stamp(line)}" level=info msg="response completed" environment=development '
    return head + _pairs(line, fields | {"version": "v3.0.0"})


def _skipper(line: Line) -> dict[str, Any]:
    """Zalando's Skipper: `host` is the client."""
    return {
        **{"audit": "", "duration": 12, "host": line["remote_addr"], "level": "info", "msg": ""},
        **{"method": line["method"], "proto": "HTTP/1.1", "requested-host": HOST, "uri": line["request_uri"]},
        **{"response-size": int(line["body_bytes_sent"]), "status": int(line["status"])},
        **{"timestamp": known.clf(known.logged(line)), "user-agent": line["user_agent"]},
    }


def _apache_by_hand(line: Line) -> dict[str, Any]:
    """The usual LogFormat that writes JSON: `request` is %U, `query` is %q."""
    query = _query(line)
    return {
        **{"time": f"{known.logged(line):%Y-%m-%dT%H:%M:%S+0000}", "remoteIP": line["remote_addr"]},
        **{
            "host": HOST,
            "request": _path(line),
            "query": f"?{query}" if query else "",
            "method": line["method"],
        },
        **{"status": str(line["status"]), "userAgent": line["user_agent"], "referer": "-"},
    }


def _named(**names: str) -> Content:
    """A request under other names of its fields; a value that is no field of the line stands for itself."""

    def fields(line: Line) -> dict[str, Any]:
        made = {"@stamp": _stamp(line), "@ms": _ms(line), "@s": _ms(line) // 1000, "@path": _path(line)}
        made |= {"@query": _query(line), "@peer": f"{line['remote_addr']}:40312"}
        return {name: made.get(field, line.get(field, field)) for name, field in names.items()}

    return _json(fields)


def _timed(notation: Callable[[datetime], object]) -> Content:
    return _json(
        lambda line: {
            **{"time": notation(known.logged(line)), "remote_addr": line["remote_addr"]},
            **{"method": line["method"], "request_uri": line["request_uri"], "status": int(line["status"])},
            **{"body_bytes_sent": int(line["body_bytes_sent"]), "user_agent": line["user_agent"]},
        }
    )


def _table(row: Callable[[Line], dict[str, Any]], sign: str = ",") -> Content:
    def write(lines: list[Line]) -> bytes:
        made = [row(line) for line in lines]
        text = io.StringIO()
        table = csv.DictWriter(text, list(made[0]), delimiter=sign, lineterminator="\n")
        table.writeheader()
        table.writerows(made)
        return text.getvalue().encode()

    return write


def _balancer_of_athena(line: Line) -> dict[str, Any]:
    return {
        **{"type": "https", "time": _stamp(line), "elb": "app/x", "client_ip": line["remote_addr"]},
        **{"client_port": 1, "target_ip": "10.0.0.1", "elb_status_code": line["status"], "received_bytes": 1},
        **{"sent_bytes": line["bytes_sent"], "request_verb": line["method"], "request_proto": "HTTP/1.1"},
        **{"request_url": f"https://{HOST}:443{line['request_uri']}", "user_agent": line["user_agent"]},
    }


def _cdn_of_athena(line: Line) -> dict[str, Any]:
    moment = known.logged(line)
    return {
        **{"date": f"{moment:%Y-%m-%d}", "time": f"{moment:%H:%M:%S}", "location": "FRA"},
        **{"bytes": line["bytes_sent"], "request_ip": line["remote_addr"], "method": line["method"]},
        **{"host": HOST, "uri": _path(line), "status": line["status"], "referrer": "-"},
        **{"user_agent": quote(line["user_agent"]), "query_string": _query(line) or "-"},
    }


def _bigquery(line: Line) -> dict[str, Any]:
    """A load balancer's entries in BigQuery, its records taken apart."""
    asked = {"requestMethod": line["method"], "requestUrl": f"https://{HOST}{line['request_uri']}"}
    asked |= {"status": line["status"], "responseSize": line["bytes_sent"], "remoteIp": line["remote_addr"]}
    asked |= {"userAgent": line["user_agent"]}
    moment = f"{known.logged(line):%Y-%m-%d %H:%M:%S.%f} UTC"
    return {"timestamp": moment} | {f"httpRequest_{name}": value for name, value in asked.items()}


def _tebi(line: Line) -> dict[str, Any]:
    return {
        **{"Date": _stamp(line), "IP": line["remote_addr"], "Method": line["method"]},
        **{"Request": known.request(line), "Code": line["status"], "Size": line["body_bytes_sent"]},
        **{"Time": 12, "Referrer": "-", "User Agent": line["user_agent"], "DC": "DE"},
    }


def _simple(line: Line) -> dict[str, Any]:
    return {
        **{"time": _stamp(line), "remote_addr": line["remote_addr"], "method": line["method"]},
        **{"request_uri": line["request_uri"], "status": line["status"], "user_agent": line["user_agent"]},
    }


def _elastic_bulk(lines: list[Line]) -> bytes:
    """What goes to Elasticsearch: an action before each document."""
    rows = []
    for line in lines:
        rows += [{"index": {"_index": "nginx"}}, {"@timestamp": _stamp(line), "message": as_combined(line)}]
    return _lines(map(json.dumps, rows))


def _insights(lines: list[Line]) -> bytes:
    """`aws logs get-query-results`."""
    rows = [
        [
            {"field": "@timestamp", "value": f"{known.logged(line):%Y-%m-%d %H:%M:%S.000}"},
            {"field": "@message", "value": as_combined(line)},
        ]
        for line in lines
    ]
    return json.dumps({"results": rows, "status": "Complete"}).encode()


def _log_analytics(lines: list[Line]) -> bytes:
    columns = [{"name": "TimeGenerated", "type": "datetime"}, {"name": "LogMessage", "type": "string"}]
    rows = [[_stamp(line), as_combined(line)] for line in lines]
    return json.dumps({"tables": [{"name": "Primary", "columns": columns, "rows": rows}]}).encode()


def _files(lines: list[Line]) -> dict[str, bytes]:
    """A rotated log, the log after it, and what lies beside them."""
    half = len(lines) // 2
    first, second = (_lines(map(as_combined, part)) for part in (lines[:half], lines[half:]))
    return {
        "var/log/nginx/access.log.1.gz": gzip.compress(first),
        "var/log/nginx/access.log": second[:-1],
        "var/log/nginx/README": b"nothing\n",
    }


def in_zip(lines: list[Line]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("var/log/", b"")
        for name, content in _files(lines).items():
            archive.writestr(name, content)
    return held.getvalue()


def in_tar(lines: list[Line]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, content in _files(lines).items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return held.getvalue()


def _number(value: int) -> bytes:
    return bytes([value & 127 | (128 if value > 127 else 0)]) + (_number(value >> 7) if value > 127 else b"")


def in_docker_local(lines: list[Line], part: int = 1 << 20) -> bytes:
    """Docker's `local` driver, lines longer than `part` bytes in parts."""
    written = b""
    for line in lines:
        text = as_combined(line).encode()
        pieces = [text[place : place + part] for place in range(0, len(text), part)]
        for piece in pieces:
            message = (
                b"\x0a\x06stdout\x10" + _number(_ms(line) * 10**6) + b"\x1a" + _number(len(piece)) + piece
            )
            message += b"" if piece is pieces[-1] else b"\x20\x01"
            size = len(message).to_bytes(4, "big")
            written += size + message + size
    return written


def _syslog(text: str, at: datetime) -> str:
    return f"<190>{at:%b %e %H:%M:%S} gw nginx: {text}"


def _counted(text: str, at: datetime) -> str:
    """RFC 6587: the length before each message."""
    return f"{len(_syslog(text, at))} {_syslog(text, at)}"


def _tai64n(text: str, at: datetime) -> str:
    """multilog, s6-log."""
    return f"@{2**62 + 10 + int(at.timestamp()):016x}{at.microsecond * 1000:08x} {text}"


def _nano(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}789Z"


FURTHER: dict[str, Content] = {
    # Programs
    "chi": _text(_chi),
    "chi httplog": _json(_httplog),
    "uvicorn in docker": _wrapped(known.in_docker, _uvicorn),
    "uvicorn in cri": _wrapped(known.in_cri, _uvicorn),
    "uvicorn with a time": _text(lambda line: f"{_stamp(line)[:-1].replace('.', ',')} {_uvicorn(line)}"),
    "hypercorn": _text(_hypercorn),
    "pino": _json(_node),
    "bunyan": _json(lambda line: _node(line) | {"time": _stamp(line), "msg": "", "v": 0}),
    "haproxy httpslog": _text(_httpslog),
    "api gateway, common": _text(lambda line: f"{known.common(line)} {line['request_id']}"),
    "google cloud storage": _json(_gcs),
    "google cloud storage, csv": _table(_gcs),
    "vercel": _json(_vercel),
    "azure app service": _json(_app_service),
    "gcore": _text(_gcore),
    "distribution 3": _text(_distribution_3),
    "distribution, logstash": _json(
        lambda line: (
            known.distribution_fields(line)
            | {"@timestamp": _stamp(line), "level": "info", "message": "response completed"}
        )
    ),
    "skipper": _json(_skipper),
    "apache, json by hand": _json(_apache_by_hand),
    "fastly in syslog": _wrapped(
        lambda text, at: f"<134>{at:%Y-%m-%dT%H:%M:%SZ} cache-fra19123 reglog[123]: {text}",
        lambda line: known.common(line).replace(" - - [", ' "-" "-" ['),
    ),
    "varnishncsa": _text(
        lambda line: as_combined(line).replace(f'"{line["method"]} /', f'"{line["method"]} http://{HOST}/')
    ),
    # Names
    "haproxy, json by hand": _named(
        timestamp="@stamp",
        client_ip="remote_addr",
        status_code="status",
        bytes_read="bytes_sent",
        http_method="method",
        http_uri="request_uri",
        user_agent="user_agent",
    ),
    "vpc lattice": _named(
        eventTimestamp="@stamp",
        requestMethod="method",
        requestPath="request_uri",
        responseCode="status",
        bytesSent="bytes_sent",
        userAgent="user_agent",
        sourceIpPort="@peer",
        protocol="HTTP11",
    ),
    "alibaba ingress": _named(
        __time__="@s",
        client_ip="remote_addr",
        method="method",
        url="request_uri",
        status="status",
        http_user_agent="user_agent",
        body_bytes_sent="body_bytes_sent",
        req_id="request_id",
    ),
    "spegel": _named(
        time="@stamp",
        level="INFO",
        msg="",
        path="request_uri",
        status="status",
        method="method",
        latency="3ms",
        ip="remote_addr",
        handler="mirror",
    ),
    "cybozu": _named(
        logged_at="@stamp",
        message="well: access",
        http_status_code="status",
        http_method="method",
        url="request_uri",
        response_size="body_bytes_sent",
        remote_ipaddr="remote_addr",
        http_user_agent="user_agent",
    ),
    "tailscale": _named(
        when="@stamp",
        duration="0.01",
        remote_addr="@peer",
        method="method",
        request_uri="request_uri",
        user_agent="user_agent",
        code="status",
        bytes="body_bytes_sent",
    ),
    "huawei cdn": _named(
        request_time="@ms",
        domain=HOST,
        method="method",
        uri="@path",
        uri_param="@query",
        client_ip="remote_addr",
        response_size="bytes_sent",
        http_code="status",
        user_agent="user_agent",
        uuid="request_id",
    ),
    "tencent cdn": _named(
        client_ip="remote_addr",
        host=HOST,
        http_code="status",
        method="method",
        param="@query",
        request_time="12",
        rsp_size="bytes_sent",
        time="@s",
        ua="user_agent",
        url="@path",
        uuid="request_id",
    ),
    "event_datetime": _named(
        event_datetime="@stamp",
        server_name=HOST,
        remote_addr="remote_addr",
        status="status",
        request_method="method",
        request_uri="request_uri",
        http_user_agent="user_agent",
        request_time="0.01",
    ),
    "an object for the client": _json(
        lambda line: {
            **{"client": {"ip": line["remote_addr"], "user": ""}, "method": line["method"]},
            **{"url": line["request_uri"], "status": line["status"], "time": _stamp(line)},
        }
    ),
    "tomcat": _json(
        lambda line: {
            **{"host": line["remote_addr"], "time": f"[{known.clf(known.logged(line))}]"},
            **{"request": known.request(line), "statusCode": str(line["status"])},
            **{"size": str(line["body_bytes_sent"]), "requestHeaders": {"User-Agent": line["user_agent"]}},
        }
    ),
    # logfmt, LTSV
    "slog": _text(_logfmt(_slog)),
    "slog in cri": _wrapped(known.in_cri, _logfmt(_slog)),
    "slog in docker": _wrapped(known.in_docker, _logfmt(_slog)),
    "grafana": _text(
        _logfmt(
            lambda line: {
                **{"logger": "context", "userId": 0, "t": _stamp(line), "level": "info", "msg": "Completed"},
                **{"method": line["method"], "path": line["request_uri"], "status": line["status"]},
                **{"remote_addr": line["remote_addr"], "time_ms": 12, "size": line["body_bytes_sent"]},
            }
        )
    ),
    "caddy, logfmt": _text(
        _logfmt(
            lambda line: {
                **{
                    "ts": float(line["msec"]),
                    "level": "info",
                    "msg": "handled request",
                    "status": line["status"],
                },
                **{"request.remote_ip": line["remote_addr"], "request.method": line["method"]},
                **{"request.uri": line["request_uri"], "request.headers.User-Agent": line["user_agent"]},
            }
        )
    ),
    "ltsv": _text(_ltsv),
    # Shippers and stores
    "logscale": _in_json(lambda text, at: {"@timestamp": round(at.timestamp() * 1000), "@rawstring": text}),
    "mezmo": _in_json(lambda text, at: {"_line": text, "_ts": round(at.timestamp() * 1000), "_app": "nginx"}),
    "nxlog": _in_json(lambda text, at: {"EventReceivedTime": f"{at:%Y-%m-%d %H:%M:%S}", "Message": text}),
    "loggly": _in_json(lambda text, at: {"raw": text, "timestamp": round(at.timestamp() * 1000)}),
    "splunk collector": _in_json(lambda text, at: {"time": f"{at.timestamp():.3f}", "event": text}),
    "splunk collector, contract A": _wrapped(
        lambda text, at: json.dumps({"event": text}), writers.contract_a
    ),
    "splunk driver of docker": _in_json(lambda text, at: {"event": {"line": text, "source": "stdout"}}),
    "kafka connect": _in_json(lambda text, at: {"schema": {"type": "string"}, "payload": text}),
    "azure container log": _in_json(lambda text, at: {"TimeGenerated": known.iso(at), "LogMessage": text}),
    "azure container log, old": _in_json(lambda text, at: {"TimeGenerated": known.iso(at), "LogEntry": text}),
    "open telemetry, flat": _in_json(lambda text, at: {"Timestamp": known.iso(at), "Body": text}),
    "elasticsearch bulk": _elastic_bulk,
    "logs insights": _insights,
    "log analytics": _log_analytics,
    "datadog archive": _in_json(
        lambda text, at: {"_id": "A", "date": known.iso(at), "attributes": {"http": {}}, "message": text}
    ),
    # Envelopes, and envelopes in one another
    "syslog, counted": _wrapped(_counted),
    "tai64n": _wrapped(_tai64n),
    "stern -A": _wrapped(lambda text, at: f"prod gw-7d9c5b6f4-x2x9q nginx {text}"),
    "stern -t": _wrapped(lambda text, at: f"gw-7d9c5b6f4-x2x9q nginx {_nano(at)} {text}"),
    "journal, monotonic": _wrapped(lambda text, at: f"[12345.678901] gw nginx[5]: {text}"),
    "journal, with the unit": _wrapped(
        lambda text, at: f"{at:%a %Y-%m-%d %H:%M:%S} UTC gw nginx.service[5]: {text}"
    ),
    "compose, times": _wrapped(lambda text, at: f"nginx-1  | {_nano(at)} {text}"),
    "compose, syslog": _wrapped(lambda text, at: f"nginx-1  | {_syslog(text, at)}"),
    "cri, syslog": _wrapped(lambda text, at: known.in_cri(_syslog(text, at), at)),
    "cri, docker": _wrapped(lambda text, at: known.in_cri(known.in_docker(text, at), at)),
    "fluent bit, docker": _in_json(
        lambda text, at: {"date": at.timestamp(), "log": known.in_docker(text, at)}
    ),
    "cloudwatch, cri": _wrapped(lambda text, at: f"{known.iso(at)} {known.in_cri(text, at)}"),
    "aws logs tail": _wrapped(lambda text, at: f"{at:%Y-%m-%dT%H:%M:%S.%f}+00:00 nginx/nginx/0a1b2c {text}"),
    # Tables
    "athena, balancer": _table(_balancer_of_athena),
    "athena, cloudfront": _table(_cdn_of_athena),
    "bigquery": _table(_bigquery),
    "azure container log, csv": _table(
        lambda line: {
            "TimeGenerated [UTC]": f"{known.logged(line):%m/%d/%Y, %I:%M:%S.%f %p}",
            "LogMessage": as_combined(line),
        }
    ),
    "tebi": _table(_tebi),
    "semicolons": _table(_simple, ";"),
    "tabs": _table(_simple, "\t"),
    "bars": _table(_simple, "|"),
    # Times
    "time of rails": _timed(lambda at: f"{at:%Y-%m-%d %H:%M:%S} +0000"),
    "time of bigquery": _timed(lambda at: f"{at:%Y-%m-%d %H:%M:%S.%f} UTC"),
    "time of javascript": _timed(
        lambda at: f"{at:%a %b %d %Y %H:%M:%S} GMT+0000 (Coordinated Universal Time)"
    ),
    "time of kibana": _timed(lambda at: f"{at:%b %d, %Y @ %H:%M:%S.000}"),
    "microseconds": _timed(lambda at: round(at.timestamp() * 10**6)),
    # Archives
    "zip": in_zip,
    "tar": in_tar,
    "tar.gz": lambda lines: gzip.compress(in_tar(lines)),
    "tar.bz2": lambda lines: bz2.compress(in_tar(lines)),
    "docker local": in_docker_local,
    "docker local, in parts": lambda lines: in_docker_local(lines, part=50),
    "docker local, rotated": lambda lines: gzip.compress(in_docker_local(lines)),
}
FURTHER_WITHOUT_AGENT = frozenset(
    {
        *("chi", "uvicorn in docker", "uvicorn in cri", "uvicorn with a time", "haproxy httpslog", "spegel"),
        *("api gateway, common", "fastly in syslog", "an object for the client", "grafana"),
    }
)
