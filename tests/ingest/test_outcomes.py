"""The table of outcomes: each kind of line, through both readers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from ingest import strict
from tests.support import cpu

GOOD_START = (
    '"request_id":"r","remote_addr":"198.51.100.1",'
    '"method":"GET","request_uri":"/v2/","user_agent":"docker/27.1"'
)


def line(extra: str = "", msec: str = '"1795453424.385"', status: str = '"200"') -> bytes:
    return f'{{"msec":{msec},"status":{status},{GOOD_START}{extra}}}'.encode()


# Expected: the quarantine's reason, or what some fields of the row must be.
OUTCOMES: dict[str, tuple[bytes, str | dict[str, Any]]] = {
    # 1795453424 s is 2026-11-23 17:03:44 UTC (the recorded corpus says so in its `ts`).
    "good": (line(), {"logged_at": datetime(2026, 11, 23, 17, 3, 44, 385000), "status": 200}),
    "numbers for strings": (line(msec="1795453424.385", status="200"), {"status": 200}),
    "whole seconds": (line(msec='"1795453424"'), {"logged_at": datetime(2026, 11, 23, 17, 3, 44)}),
    "seven decimals are rounded half up": (
        line(msec='"1795453424.1234565"'),
        {"logged_at": datetime(2026, 11, 23, 17, 3, 44, 123457)},
    ),
    "status 000": (line(status='"000"'), {"status": 0}),
    "carriage return at the end": (line() + b"\r", {"status": 200}),
    "spaces around": (b"  " + line() + b"  ", {"status": 200}),
    "byte order mark": (b"\xef\xbb\xbf" + line(), {"status": 200}),
    "a comma too many": (line(extra=","), {"status": 200}),
    "unknown field": (line(extra=',"zz":{"a":[1,{}],"a":2}'), {"status": 200}),
    "an unknown field twice": (line(extra=',"zz":1,"zz":2'), {"status": 200}),
    "unknown field is NaN": (line(extra=',"zz":NaN,"yy":inf,"xx":-Infinity'), {"status": 200}),
    "empty optional fields": (line(extra=',"range":"","host":"-"'), {"range": None, "host": None}),
    # nginx says OK, or nothing for a request that was broken off: the one empty value that is an answer.
    "empty request_completion": (line(extra=',"request_completion":""'), {"request_completion": ""}),
    "no request_completion": (line(), {"request_completion": None}),
    "null optional fields": (line(extra=',"range":null'), {"range": None}),
    "numbers": (
        line(
            extra=',"body_bytes_sent":"12","bytes_sent":345,"request_time":"0.002","resp_content_length":"-"'
        ),
        {"body_bytes_sent": 12, "bytes_sent": 345, "request_time": 0.002, "resp_content_length": None},
    ),
    "a number where text is": (line(extra=',"dnt":1,"node":7'), {"dnt": "1", "node": "7"}),
    "a fraction where text is": (line(extra=',"node":1.50'), {"node": "1.5"}),
    "minus zero where text is": (line(extra=',"node":-0'), {"node": "0"}),
    "an exponent where text is": (line(extra=',"node":1e30'), {"node": "1e+30"}),
    "true where text is": (line(extra=',"has_authorization":true'), {"has_authorization": "true"}),
    "text that says NaN": (line(extra=',"node":"NaN"'), {"node": "NaN"}),
    "text that begins like an object": (line(extra=',"node":"{x"'), {"node": "{x"}),
    "control characters": (line(extra=r',"node":"a\u0000b\t\u001b[31mc\u009f\u2028d"'), {"node": "ab[31mcd"}),
    "raw control characters": (line(extra=',"node":"a\tb\rc\x00d\x7fe\x85f\u2029g"'), {"node": "abcdefg"}),
    "nothing but a control character": (line(extra=r',"node":"\u0007"'), {"node": None}),
    "bytes that are no UTF-8": (
        line(extra=',"node":"edge"').replace(b"edge", b"e\xff\xfe\xc3"),
        {"node": "e\ufffd\ufffd\ufffd"},
    ),
    "half a surrogate pair": (line(extra=r',"node":"a\ud800b"'), {"node": "a\ufffdb"}),
    "a surrogate pair": (line(extra=r',"node":"\ud83d\ude00"'), {"node": "😀"}),
    "an id of digits with one e": (
        line().replace(b'"r"', b'"12e45678901234567890123456789012"'),
        {"status": 200},
    ),
    "backslashes": (line(extra=r',"node":"\\(linux\\)"'), {"node": "\\(linux\\)"}),
    "TLS hello on a plain port": (
        b'{"msec":"1795453424.385","remote_addr":"198.51.100.1","method":"","request_uri":"","status":"400",'
        b'"user_agent":""}',
        {"method": None, "request_uri": None, "user_agent": None, "request_id": None, "status": 400},
    ),
    "uri for request_uri": (
        line(extra=',"uri":"/v2/a"').replace(b'"request_uri":"/v2/",', b""),
        {"request_uri": "/v2/a"},
    ),
    "uri beside request_uri": (line(extra=',"uri":["x"]'), {"request_uri": "/v2/"}),
    "no JSON": (b"GET /v2/ HTTP/1.1", "not_json"),
    "cut off": (line()[:-9], "not_json"),
    "two objects": (line() + line(), "not_json"),
    "array": (b"[" + line() + b"]", "not_json"),
    "null": (b"null", "not_json"),
    "NUL bytes inside": (line()[:9] + b"\x00" * 40, "not_json"),
    "a hole that copytruncate left": (b"\x00" * 40 + line(), {"status": 200}),
    "a field twice": (line(extra=',"status":"200"'), "duplicate_key"),
    "a field twice, once escaped": (line(extra=r',"st\u0061tus":"404"'), "duplicate_key"),
    "uri twice": (line(extra=',"uri":"/a","uri":"/b"'), "duplicate_key"),
    "no msec": (line().replace(b"msec", b"sec"), "missing_field"),
    "null msec": (line(msec="null"), "missing_field"),
    "empty msec": (line(msec='""'), "missing_field"),
    "no status": (line(status="null"), "missing_field"),
    "no address": (line().replace(b'"198.51.100.1"', b'"-"'), "missing_field"),
    "no user agent": (line().replace(b"user_agent", b"agent"), "missing_field"),
    "no path": (line().replace(b"request_uri", b"path"), "missing_field"),
    "no method": (line().replace(b"method", b"verb"), "missing_field"),
    "text for msec": (line(msec='"yesterday"'), "wrong_type"),
    "text for status": (line(status='"OK"'), "wrong_type"),
    "NaN for status": (line(status="NaN"), "wrong_type"),
    "a status of five digits": (line(status="20000"), "wrong_type"),
    "a fraction for status": (line(status="200.5"), "wrong_type"),
    "a negative size": (line(extra=',"bytes_sent":-1'), "wrong_type"),
    "a size beyond 64 bits": (line(extra=',"bytes_sent":99999999999999999999'), "wrong_type"),
    "hexadecimal": (line(extra=',"bytes_sent":"0x1F"'), "wrong_type"),
    "an underscore in a number": (line(extra=',"bytes_sent":"1_000"'), "wrong_type"),
    "two numbers": (line(extra=',"bytes_sent":"1,2"'), "wrong_type"),
    "NaN for a duration": (line(extra=',"request_time":NaN'), "wrong_type"),
    "a duration of years": (line(extra=',"request_time":"99999999"'), "wrong_type"),
    "NaN where text is": (line(extra=',"node":NaN'), "wrong_type"),
    "array where text is": (line(extra=',"node":["a"]'), "wrong_type"),
    "object where text is": (line(extra=',"node":{"a":1}'), "wrong_type"),
    "object for a number": (line(extra=',"bytes_sent":{"a":1}'), "wrong_type"),
    # 1356998399 is the last second of 2012, 4102444800 the first of 2100.
    "too early": (line(msec='"1356998399.999"'), "time_past"),
    "the first moment": (line(msec='"1356998400"'), {"logged_at": datetime(2013, 1, 1)}),
    "zero": (line(msec="0"), "time_past"),
    "the last moment": (
        line(msec='"4102444799.999"'),
        {"logged_at": datetime(2099, 12, 31, 23, 59, 59, 999000)},
    ),
    "too late": (line(msec='"4102444800"'), "time_future"),
    "more digits than a time has": (line(msec='"1795453424385"'), "wrong_type"),
    "milliseconds cut short": (line(msec='"17954534243"'), "time_future"),
    "64 brackets deep": (line(extra=',"zz":' + "[" * 63 + "]" * 63), {"status": 200}),
    "65 brackets deep": (line(extra=',"zz":' + "[" * 64 + "]" * 64), "too_deep"),
    "many brackets in a string": (line(extra=f',"node":"{"[" * 70}"'), {"node": "[" * 70}),
    "a thousand brackets unclosed": (b'{"zz":' + b"[" * 1000, "too_deep"),
    # 65,536 bytes are allowed, and one more is not.
    "as long as a line may be": (line(extra=f',"zz":"{"x" * (65_536 - len(line()) - 8)}"'), {"status": 200}),
    "a byte longer": (line(extra=f',"zz":"{"x" * (65_537 - len(line()) - 8)}"'), "too_long"),
}


@pytest.mark.parametrize("strictly", [False, True], ids=["both readers", "strict reader"])
@pytest.mark.parametrize("case", OUTCOMES)
def test_each_kind_of_line_has_one_outcome(case: str, strictly: bool, read: Callable[..., Any]) -> None:
    content, expected = OUTCOMES[case]
    reading = read(b"\n".join([line(), content, line()]) + b"\n", log_format="json", strictly=strictly)
    assert reading.counts.lines == 3
    assert reading.counts.reader == ("strict" if strictly else "scan")
    if isinstance(expected, str):
        assert reading.reasons_by_line == {2: expected}
        assert reading.counts.reasons == {expected: 1}
        assert [row["line_number"] for row in reading.rows] == [1, 3]
    else:
        assert reading.rejected == []
        assert {key: reading.row(2)[key] for key in expected} == expected


def test_the_longest_allowed_line_is_65536_bytes() -> None:
    assert len(OUTCOMES["as long as a line may be"][0]) == 65_536


@pytest.mark.parametrize("blank", [b"", b" ", b"\r", b"\t \x0c", b" " * 70, b"\0" * 70, b"\0\r"])
def test_a_blank_line_is_skipped(blank: bytes, read: Callable[..., Any]) -> None:
    reading = read(line() + b"\n" + blank + b"\n" + line() + b"\n")
    assert (reading.counts.lines, reading.counts.staged, reading.counts.skipped) == (3, 2, 1)
    assert [row["line_number"] for row in reading.rows] == [1, 3]


def test_the_half_written_last_line_is_unterminated(read: Callable[..., Any]) -> None:
    reading = read(line() + b"\n" + line()[:40])
    assert reading.reasons_by_line == {2: "unterminated"}
    assert read(line() + b"\n" + line()).counts.staged == 2


def test_one_bad_line_does_not_take_the_scan_from_the_others(read: Callable[..., Any]) -> None:
    content = b"\n".join(
        [line(), b"no JSON", line(extra=',"status":"1"'), line(extra=',"node":"\xff"'), line()]
    )
    reading = read(content + b"\n")
    assert reading.counts.reader == "scan"
    assert reading.reasons_by_line == {2: "not_json", 3: "duplicate_key"}


@pytest.mark.parametrize(
    "attack",
    [
        b'{"' + b'\\"' * 30_000,
        b"{" + b", " * 30_000,
        b'{"a":"' + b"nan " * 15_000,
        b"[" * 60_000,
        b'"' * 60_000,
    ],
)
def test_hostile_lines_cost_linear_time(attack: bytes, read: Callable[..., Any]) -> None:
    # A quadratic pattern would take minutes for these, not the half second that 20 of them may take.
    body = (attack + b"\n") * 20 + line() + b"\n"
    readings = []
    assert cpu.ratio(lambda: readings.append(read(body, log_format="json", strictly=True)), tries=1) < 200
    assert readings[0].counts.quarantined == 20


def test_an_id_of_digits_with_one_e_stays_with_the_scan(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [b"12e45678901234567890123456789012", b"1e456789012345678901234567890123", b"00e1"]
    monkeypatch.setattr(strict, "read_text", None)
    reading = read(b"\n".join(line().replace(b'"r"', b'"%s"' % value) for value in ids) + b"\n")
    assert [row["request_id"].encode() for row in reading.rows] == ids


def test_json_that_is_no_request_is_not_called_no_json(read: Callable[..., Any]) -> None:
    """Caddy writes what it does itself into the same file as its requests."""
    request = (
        b'{"ts":1750000000.1,"request":{"remote_ip":"198.51.100.7","proto":"HTTP/1.1","method":"GET",'
        b'"host":"r.example","uri":"/v2/","headers":{"User-Agent":["docker/27.1"]}},"duration":0.1,"size":2,'
        b'"status":200}'
    )
    own = b'{"level":"info","ts":1750000000.2,"logger":"tls","msg":"cleaning storage unit"}'
    reading = read(b"\n".join([request, own, b"half {", b""]))
    assert reading.reasons_by_line == {2: "no_format", 3: "not_json"}
