from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

START = "198.51.100.11 - - [23/Nov/2026:17:03:44 +0000] "
REQUEST = '"GET /v2/acme/app/manifests/latest?ns=docker.io HTTP/1.1" 200 506 "-" '
GOOD = START + REQUEST + '"docker/20.10.24 UpstreamClient(Docker-Client/20.10.24 \\x5C(linux\\x5C))"'


def test_combined_text_gives_what_it_has(read: Callable[..., Any]) -> None:
    reading = read(GOOD.encode() + b"\n")
    assert (reading.counts.log_format, reading.counts.staged) == ("combined", 1)
    row = reading.rows[0]
    assert {key: value for key, value in row.items() if value is not None} == {
        "line_number": 1,
        "logged_at": datetime(2026, 11, 23, 17, 3, 44),
        "remote_addr": "198.51.100.11",
        "protocol": "HTTP/1.1",
        "method": "GET",
        "request_uri": "/v2/acme/app/manifests/latest?ns=docker.io",
        "status": 200,
        "body_bytes_sent": 506,
        "user_agent": "docker/20.10.24 UpstreamClient(Docker-Client/20.10.24 \\(linux\\))",
    }


OUTCOMES: dict[str, tuple[str, str | dict[str, Any]]] = {
    "another zone": (
        GOOD.replace("17:03:44 +0000", "00:33:44 +0730"),
        # 00:33:44 at +07:30 is 17:03:44 UTC of the day before.
        {"logged_at": datetime(2026, 11, 22, 17, 3, 44)},
    ),
    "TLS hello on a plain port": (
        START + '"\\x16\\x03\\x01\\x02\\x00" 400 157 "-" "-"',
        {"method": None, "request_uri": None, "user_agent": None, "status": 400},
    ),
    "an empty request": (START + '"" 400 0 "-" "-"', {"method": None, "request_uri": None}),
    "no request": (START + '"-" 408 0 "-" "-"', {"method": None, "request_uri": None, "status": 408}),
    "status 000": (START + '"GET / HTTP/1.1" 000 0 "-" "-"', {"status": 0}),
    "HTTP 0.9": (
        START + '"GET /v2/" 200 2 "-" "-"',
        {"method": "GET", "request_uri": "/v2/", "protocol": None},
    ),
    "a space in the path": (START + '"GET /a b HTTP/1.1" 400 0 "-" "-"', {"request_uri": "/a b"}),
    "no size": (START + '"GET / HTTP/1.1" 304 - "-" "-"', {"body_bytes_sent": None}),
    "a user name with spaces": (GOOD.replace("- - [", "- a [b] c ["), {"status": 200}),
    "bytes of UTF-8": (START + REQUEST + '"\\xD0\\xBF \\xFF"', {"user_agent": "п \ufffd"}),
    "quotes": (START + REQUEST + '"a \\"b\\" \\x22c\\x22"', {"user_agent": 'a "b" "c"'}),
    "control characters": (START + REQUEST + '"a\\x0A\\x1B[31mb"', {"user_agent": "a[31mb"}),
    "nginx.conf's main": (
        GOOD + ' "203.0.113.5, 198.51.100.7"',
        {"x_forwarded_for": "203.0.113.5, 198.51.100.7"},
    ),
    "main without a proxy": (GOOD + ' "-"', {"x_forwarded_for": None}),
    "more behind it": (GOOD + " 0.004 upstream", {"status": 200, "x_forwarded_for": None}),
    "IPv6": (GOOD.replace("198.51.100.11", "2001:db8::1"), {"remote_addr": "2001:db8::1"}),
    "carriage return": (GOOD + "\r", {"status": 200}),
    "no combined text": ("a line of something else", "no_format"),
    "JSON": ('{"msec":"1795453424.385"}', "missing_field"),
    "cut off": (GOOD[:-1], "no_format"),
    "a month that is none": (GOOD.replace("Nov", "Nev"), "wrong_type"),
    "a day that is none": (GOOD.replace("23/Nov", "31/Nov"), "wrong_type"),
    "a time that is none": (GOOD.replace("17:03:44", "17:03:xx"), "wrong_type"),
    "a status of four digits": (GOOD.replace(" 200 506", " 2000 506"), "wrong_type"),
    "too early": (GOOD.replace("2026", "1969"), "time_past"),
    "too late": (GOOD.replace("2026", "2126"), "time_future"),
    "too long": (GOOD[:-1] + "x" * 65_536 + '"', "too_long"),
}


@pytest.mark.parametrize("case", OUTCOMES)
def test_each_kind_of_line_has_one_outcome(case: str, read: Callable[..., Any]) -> None:
    line, expected = OUTCOMES[case]
    reading = read("\n".join([GOOD, line, GOOD, ""]).encode())
    assert (reading.counts.log_format, reading.counts.lines) == ("combined", 3)
    if isinstance(expected, str):
        assert reading.reasons_by_line == {2: expected}
    else:
        assert reading.rejected == []
        assert {key: reading.row(2)[key] for key in expected} == expected


def test_blank_lines_are_skipped_and_a_half_line_is_unterminated(read: Callable[..., Any]) -> None:
    reading = read("\n".join([GOOD, "", GOOD, GOOD[:50]]).encode())
    assert (reading.counts.staged, reading.counts.skipped) == (2, 1)
    assert reading.reasons_by_line == {4: "unterminated"}
