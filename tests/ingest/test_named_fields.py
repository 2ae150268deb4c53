"""Fields of JSON that are known by their names, in any style, and by what stands in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ingest.documents import load
from ingest.formats import named_fields
from ingest.formats.model import JsonFormat

NODE = {
    "time": 1792484820400,
    "req": {
        "method": "GET",
        "url": "/v2/",
        "headers": {"User-Agent": "docker/27.3.1"},
        "remoteAddress": "192.0.2.7",
    },
    "res": {"statusCode": 200},
    "msg": "request completed",
}
FLAT = {
    "eventTimestamp": "2026-10-20T08:27:00.4Z",
    "sourceIpPort": "192.0.2.7:4031",
    "requestMethod": "GET",
    "requestPath": "/v2/",
    "responseCode": 200,
    "userAgent": "docker/27.3.1",
}


def found(*documents: dict[str, Any]) -> JsonFormat | None:
    return named_fields.found_in(load(json.dumps(document)) for document in documents)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            NODE,
            {
                "time": ("/time",),
                "remote_addr": ("/req/remoteAddress",),
                "method": ("/req/method",),
                "request_uri": ("/req/url",),
                "status": ("/res/statusCode",),
                "user_agent": ("/req/headers/User-Agent",),
            },
        ),
        (
            FLAT,
            {
                "time": ("/eventTimestamp",),
                "remote_addr": ("/sourceIpPort",),
                "method": ("/requestMethod",),
                "request_uri": ("/requestPath",),
                "status": ("/responseCode",),
                "user_agent": ("/userAgent",),
            },
        ),
    ],
    ids=["inside one another", "flat"],
)
def test_names_in_any_style(document: dict[str, Any], expected: dict[str, Any]) -> None:
    item = found(document)
    assert item is not None
    assert {name: item.pointers.get(name) for name in expected} == expected


@pytest.mark.parametrize("odd", ["1", "", "/", "~", "[0]", "é", "."])
def test_a_name_without_letters_is_no_field_and_no_error(odd: str) -> None:
    format_ = found(FLAT | {odd: "GET"})
    assert format_
    assert format_.pointers["method"] == ("/requestMethod",)


def test_the_value_decides_whether_a_name_is_meant() -> None:
    """`request_time` is a duration to nginx, and a time to API Gateway; a status may be "ok"."""
    nginx = found(FLAT | {"request_time": "0.241", "status": "ok"})
    assert nginx is not None
    assert (nginx.pointers["request_time"], nginx.pointers["status"]) == (
        ("/request_time",),
        ("/responseCode",),
    )
    gateway = found(
        {name: value for name, value in FLAT.items() if name != "eventTimestamp"}
        | {"requestTime": 1792484820400}
    )
    assert gateway is not None
    assert gateway.pointers["time"] == ("/requestTime",)
    assert "request_time" not in gateway.pointers


def test_what_stands_beside_the_method_comes_first() -> None:
    """Vercel's `path` is the page that answered, `proxy.path` what was asked for."""
    item = found(
        {"timestamp": 1792484820400, "path": "/page", "statusCode": 500}
        | {
            "proxy": {
                "method": "GET",
                "path": "/v2/",
                "statusCode": 200,
                "clientIp": "192.0.2.7",
                "userAgent": ["x/1"],
            }
        }
    )
    assert item is not None
    assert item.pointers["request_uri"] == ("/proxy/path", "/path")
    assert item.pointers["status"] == ("/proxy/statusCode", "/statusCode")
    assert item.pointers["user_agent"] == ("/proxy/userAgent/0",)


@pytest.mark.parametrize(
    "spoken",
    [
        {
            "request": {
                "headers": {
                    "client-ip": "203.0.113.9",
                    "Request-Id": "x",
                    "Status": "200",
                    "Date": "2020-01-01",
                }
            }
        },
        {"req": {"headers": {"remote_addr": ["203.0.113.9"]}}, "headers": {"ip": "203.0.113.9"}},
        {"request.headers.Client-Ip": "203.0.113.9"},
        {"request_header_client_ip": "203.0.113.9"},
        {"request": {"query": {"client_ip": "203.0.113.9"}, "body": {"remote_addr": "203.0.113.9"}}},
    ],
)
def test_a_client_cannot_say_its_address_or_the_id_of_a_request(spoken: dict[str, Any]) -> None:
    """What it sends is a header, an argument or a body, whatever the name."""
    item = found(FLAT | spoken)
    assert item is not None
    assert item.pointers["remote_addr"] == ("/sourceIpPort",)
    assert "request_id" not in item.pointers
    assert (item.pointers["time"], item.pointers["status"]) == (("/eventTimestamp",), ("/responseCode",))
    alone = {key: value for key, value in FLAT.items() if key != "sourceIpPort"}
    assert found(alone | spoken) is None


@pytest.mark.parametrize("name", ["upstream", "server", "tls", "target"])
def test_what_is_not_about_the_request_is_left_alone(name: str) -> None:
    """The status of an upstream is not that of the answer."""
    document = {key: value for key, value in FLAT.items() if key != "responseCode"}
    assert found(document | {name: {"status": 200}}) is None


def test_host_is_the_client_only_where_nothing_else_can_be() -> None:
    others = {key: value for key, value in FLAT.items() if key != "sourceIpPort"}
    hosts = [others | {"host": "192.0.2.7"}, others | {"host": "192.0.2.8"}]
    item = found(*hosts)
    assert item is not None
    assert item.pointers["remote_addr"] == ("/host",)
    assert "host" not in item.pointers
    # One address on every line is the server's own; a name is a name.
    assert found(*hosts[:1] * 2) is None
    assert found(*(others | {"host": f"{name}.example.com"} for name in "ab")) is None
    with_client = found(*(document | {"client_ip": "192.0.2.9"} for document in hosts))
    assert with_client is not None
    assert (with_client.pointers["remote_addr"], with_client.pointers["host"]) == (
        ("/client_ip",),
        ("/host",),
    )


LTSV = {
    "time": "[20/Oct/2026:08:27:00 +0000]",
    "host": "192.0.2.7",
    "req": "GET /v2/ HTTP/1.1",
    "status": "200",
}
SKIPPER = {
    **{"host": "192.0.2.7", "requested-host": "registry.example.com", "method": "GET", "uri": "/v2/"},
    **{"status": 200, "timestamp": "20/Oct/2026:08:27:00 +0000", "user-agent": "docker/27.3.1"},
}


@pytest.mark.parametrize(
    "document",
    [
        LTSV | {"ua": "docker/27.3.1"},
        LTSV | {"forwardedfor": "-"},
        LTSV | {"vhost": "r.example.com"},
        SKIPPER,
    ],
    ids=["ua", "forwardedfor", "vhost", "skipper"],
)
def test_host_is_the_one_client_of_ltsv_and_skipper(document: dict[str, Any]) -> None:
    """Who tries it out has a log of one client. http://ltsv.org: `host` is the remote host."""
    item = found(document, document)
    assert item is not None
    assert item.pointers["remote_addr"] == ("/host",)


def test_host_beside_a_forwarded_address_is_the_peer_in_ltsv_only() -> None:
    """Elsewhere it may be the gateway, and the client is whom it was named."""
    ltsv = found(*(LTSV | {"host": f"192.0.2.{number}", "forwardedfor": "203.0.113.9"} for number in (7, 8)))
    assert ltsv is not None
    assert ltsv.pointers["remote_addr"] == ("/host",)
    others = {key: value for key, value in FLAT.items() if key != "sourceIpPort"} | {"xff": "203.0.113.9"}
    item = found(*(others | {"host": f"192.0.2.{number}"} for number in (7, 8)))
    assert item is not None
    assert "remote_addr" not in item.pointers


@pytest.mark.parametrize(("text", "is_known"), [("0.012", True), ("0.000", True), ("12", False)])
def test_whole_numbers_under_nginx_s_name_are_no_seconds(text: str, is_known: bool) -> None:
    """CDNs of Alibaba, Tencent and others write milliseconds there."""
    item = found(FLAT | {"request_time": text})
    assert item is not None
    assert ("request_time" in item.pointers) == is_known


@pytest.mark.parametrize(
    ("name", "unit"),
    [("duration_ms", "ms"), ("timeTakenMicros", "us"), ("latency_ns", "ns"), ("duration", None)],
)
def test_a_duration_counts_where_its_name_has_the_unit(name: str, unit: str | None) -> None:
    item = found(FLAT | {name: 12})
    assert item is not None
    assert ("request_time" in item.pointers) == (unit is not None)
    assert unit in (None, item.duration)


@pytest.mark.parametrize(
    "missing", ["eventTimestamp", "sourceIpPort", "requestMethod", "requestPath", "responseCode"]
)
def test_nothing_is_found_where_a_needed_name_is_missing(missing: str) -> None:
    document = {key: value for key, value in FLAT.items() if key != missing}
    assert found(document) is None
    assert len(named_fields.lacking([load(json.dumps(document))])) == 1  # type: ignore[list-item]


def test_lines_of_other_names_than_the_samples_are_read_too(read: Callable[..., Any]) -> None:
    """The sample knows the names of the beginning; the usual names of nginx are known everywhere."""
    other = {
        "time": "2026-10-20T08:28:00Z",
        "remote_addr": "192.0.2.8",
        "request": "GET /v2/ HTTP/1.1",
        "status": 200,
    }
    lines = [json.dumps(FLAT)] * 1200 + [json.dumps(other)]
    reading = read("\n".join(lines).encode() + b"\n")
    assert reading.counts.formats == {"json-fields": 1201}
    assert reading.rows[-1]["remote_addr"] == "192.0.2.8"


def test_a_name_that_means_something_else_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: without a look at the values the first name counts."""
    monkeypatch.setattr(named_fields, "_LOOKS", {})
    item = found(FLAT | {"status": "ok"})
    assert item is not None
    assert item.pointers["status"][0] == "/status"
