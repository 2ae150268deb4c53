"""Three cold pulls in logs of the fifth round of strangers: exports of platforms, databases and gateways.

Written from the documentation of each program before the readers had seen them. Those here were refused; none
was counted wrong. Text of a form that nobody knows is in tests/ingest/test_template.py: it gets a proposal.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any

from tests.conformance import writers
from tests.counting import format_variants as known
from tests.counting.further_variants import Content, _json, _lines, _text, _wrapped
from tests.support.layouts import Line, as_combined

HOST = "registry.example.com"
COLUMNS = ("time", "remote_addr", "method", "uri", "status", "user_agent")


def _stamp(line: Line) -> str:
    return known.iso(known.logged(line))


def _ms(line: Line) -> int:
    return round(float(line["msec"]) * 1000)


def _row(line: Line) -> list[str]:
    wanted = ("remote_addr", "method", "request_uri", "status", "user_agent")
    return [f"{known.logged(line):%Y-%m-%d %H:%M:%S}", *(str(line[name]) for name in wanted)]


def _fields(line: Line) -> dict[str, Any]:
    return dict(zip(COLUMNS[1:], _row(line)[1:], strict=True))


def _document(of: Any) -> Content:
    return lambda lines: json.dumps(of(lines)).encode()


def _request(line: Line) -> dict[str, Any]:
    return {
        "method": line["method"],
        "url": line["request_uri"],
        "status_code": int(line["status"]),
        "useragent": line["user_agent"],
    }


def azure_table(line: Line) -> dict[str, Any]:
    """AzureDiagnostics: behind each name stands the kind of its values."""
    return {
        **{"TimeGenerated": _stamp(line), "Category": "FrontdoorAccessLog", "httpMethod_s": line["method"]},
        **{"requestUri_s": f"https://{HOST}:443{line['request_uri']}", "clientIp_s": line["remote_addr"]},
        **{"httpStatusCode_d": int(line["status"]), "userAgent_s": line["user_agent"]},
    }


def cdn77(line: Line) -> dict[str, Any]:
    return {
        **{"startTimeMs": _ms(line) - known.ms(line), "responseStatus": int(line["status"])},
        **{"clientIP": line["remote_addr"], "clientPort": 40312, "clientRequestHost": HOST},
        **{"clientRequestMethod": line["method"], "clientRequestPath": line["request_uri"]},
        **{"clientRequestUserAgent": line["user_agent"], "timestamp": _stamp(line)},
    }


def filebeat_6(line: Line) -> dict[str, Any]:
    access = {"remote_ip": line["remote_addr"], "method": line["method"], "url": line["request_uri"]}
    access |= {"response_code": str(line["status"]), "agent": line["user_agent"]}
    return {"@timestamp": _stamp(line), "nginx": {"access": access}, "source": "/var/log/nginx/access.log"}


def oracle(line: Line) -> dict[str, Any]:
    """OCI's load balancer, in the envelope of its Logging."""
    request = f"{line['method']} https://{HOST}:443{line['request_uri']} HTTP/1.1"
    data = {"backendAddr": "10.0.0.5:5000", "clientAddr": f"{line['remote_addr']}:40312", "request": request}
    data |= {
        "lbStatusCode": str(line["status"]),
        "httpUserAgent": line["user_agent"],
        "timestamp": _stamp(line),
    }
    return {"datetime": _ms(line), "logContent": {"data": data, "id": "1", "source": "lb"}}


def ngrok(line: Line) -> dict[str, Any]:
    request = {"method": line["method"], "path": line["request_uri"]}
    request |= {"headers": {"user-agent": [line["user_agent"]]}}
    http = {"request": request, "response": {"status_code": int(line["status"])}}
    return {
        "event_id": "ev_1",
        "event_timestamp": _stamp(line),
        "object": {"http": http, "conn": {"client_ip": line["remote_addr"]}},
    }


def authentik(line: Line) -> dict[str, Any]:
    """Its outpost, whose `event` is the path."""
    return {
        **{"event": line["request_uri"], "host": HOST, "level": "info", "logger": "authentik.asgi"},
        **{"method": line["method"], "remote": line["remote_addr"], "runtime": 12},
        **{"status": int(line["status"]), "timestamp": _stamp(line), "user_agent": line["user_agent"]},
    }


def openshift(line: Line) -> dict[str, Any]:
    inside = {
        "request_method": line["method"],
        "request_uri": line["request_uri"],
        "status": str(line["status"]),
    }
    inside |= {"remote_addr": line["remote_addr"], "http_user_agent": line["user_agent"]}
    return {"@timestamp": _stamp(line), "hostname": "n1", "structured": inside, "log_type": "application"}


def datadog(lines: list[Line]) -> object:
    def event(line: Line) -> dict[str, Any]:
        inside = {"http": _request(line), "network": {"client": {"ip": line["remote_addr"]}}}
        said = {"timestamp": _stamp(line), "message": "request", "attributes": inside}
        return {"id": "1", "type": "log", "attributes": said}

    return {"data": [event(line) for line in lines], "meta": {"page": {"after": "x"}}}


def datadog_text(lines: list[Line]) -> object:
    said = [{"timestamp": _stamp(line), "message": as_combined(line), "attributes": {}} for line in lines]
    return {"data": [{"id": "1", "type": "log", "attributes": attributes} for attributes in said]}


def loki_push(lines: list[Line]) -> object:
    values = [[str(_ms(line) * 10**6), as_combined(line)] for line in lines]
    return {"streams": [{"stream": {"app": "gw"}, "values": values}]}


def kibana(line: Line) -> dict[str, Any]:
    return {"_index": "nginx", "fields": {"@timestamp": [_stamp(line)], "message": [as_combined(line)]}}


def many_searches(lines: list[Line]) -> object:
    hits = [{"_source": {"@timestamp": _stamp(line), "message": as_combined(line)}} for line in lines]
    return {"took": 1, "responses": [{"hits": {"total": {"value": 22}, "hits": hits}}]}


def sumo(lines: list[Line]) -> object:
    return {
        "messages": [{"map": {"_raw": as_combined(line), "_messagetime": str(_ms(line))}} for line in lines]
    }


def new_relic(lines: list[Line]) -> object:
    events = [{"timestamp": _ms(line), "message": as_combined(line)} for line in lines]
    return {"results": [{"events": events}], "metadata": {}}


def clickhouse(lines: list[Line]) -> bytes:
    rows = [dict(zip(COLUMNS, _row(line), strict=True)) for line in lines]
    meta = [{"name": "time", "type": "DateTime"}]
    return json.dumps({"meta": meta, "data": rows, "rows": len(rows)}, indent=1).encode()


def clickhouse_compact(lines: list[Line]) -> object:
    meta = [{"name": name, "type": "String"} for name in COLUMNS]
    return {"meta": meta, "data": [_row(line) for line in lines]}


def psql(lines: list[Line]) -> bytes:
    """What psql shows: cells filled up with blanks, and a ruler below the head."""
    rows = [list(COLUMNS), *map(_row, lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    head, *others = [
        " " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    ]
    return _lines([head, "+".join("-" * (width + 2) for width in widths), *others])


def excel(lines: list[Line]) -> bytes:
    written = io.StringIO()
    written.write("sep=;\r\n")
    rows = csv.writer(written, delimiter=";")
    rows.writerow(COLUMNS)
    rows.writerows(_row(line) for line in lines)
    return written.getvalue().encode()


def akamai_delivery(lines: list[Line]) -> bytes:
    """Akamai's Log Delivery Service, W3C."""
    names = "date time cs-ip cs-method cs-uri sc-status sc-bytes time-taken cs(User-Agent)"
    rows = [
        f"{known.logged(line):%Y-%m-%d\t%H:%M:%S}\t{line['remote_addr']}\t{line['method']}\t{line['request_uri']}"
        f'\t{line["status"]}\t{line["body_bytes_sent"]}\t12\t"{line["user_agent"]}"'
        for line in lines
    ]
    return _lines(["#Version: 1.0", f"#Fields: {names}", *rows])


def haproxy_quoted(line: Line) -> str:
    """A log-format with the user agent behind the request, where no captured header is."""
    return f'{writers.haproxy(line)} "{known.agent(line)}" {HOST}'


def dated(stamp: str) -> Content:
    """Combined with another time."""
    return _text(
        lambda line: as_combined(line).replace(known.clf(known.logged(line)), f"{known.logged(line):{stamp}}")
    )


def timed(name: str, value: Any) -> Content:
    return _json(lambda line: {name: value(line)} | _fields(line))


def _ts(text: str, at: datetime) -> str:
    return f"{at:%b %d %H:%M:%S} {text}"


EXPORTED: dict[str, Content] = {
    "azure diagnostics": _json(azure_table),
    "cdn77": _json(cdn77),
    "filebeat 6": _json(filebeat_6),
    "oracle cloud": _json(oracle),
    "ngrok": _json(ngrok),
    "authentik": _json(authentik),
    "openshift, structured": _json(openshift),
    "datadog api": _document(datadog),
    "datadog api, text": _document(datadog_text),
    "loki, pushed": _document(loki_push),
    "kibana, fields": _json(kibana),
    "elasticsearch, many searches": _document(many_searches),
    "sumo logic": _document(sumo),
    "new relic": _document(new_relic),
    "better stack": timed("dt", _stamp),
    "victorialogs": _json(lambda line: {"_time": _stamp(line), "_msg": as_combined(line), "_stream": "{}"}),
    "clickhouse": clickhouse,
    "clickhouse, compact": _document(clickhouse_compact),
    "psql": psql,
    "excel": excel,
    "akamai, delivery service": akamai_delivery,
    "haproxy, agent in quotes": _text(haproxy_quoted),
    "mongoexport": timed("ts", lambda line: {"$date": _stamp(line)}),
    "time of protobuf": timed("startTime", lambda line: {"seconds": str(_ms(line) // 1000), "nanos": 0}),
    "time of .NET": timed("Timestamp", lambda line: f"/Date({_ms(line)})/"),
    "time in Germany": timed("time", lambda line: f"{known.logged(line):%d.%m.%Y %H:%M:%S}"),
    "time of date": dated("%a %b %d %H:%M:%S UTC %Y"),
    "ts": _wrapped(_ts),
    "syslog with a year": _wrapped(lambda text, at: f"<190>{at:%b %d %Y %H:%M:%S} gw nginx: {text}"),
}
