"""The user's own format: an nginx log_format, a table of JSON fields, a name; and what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from ingest.errors import ObjectError
from ingest.formats import choice
from ingest.formats.own import FormatError
from tests.ingest.conftest import Read

STRING = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent $request_time '
    '"$http_user_agent"'
)
LINE = (
    '192.0.2.20 - a b [20/Oct/2026:11:55:00 +0330] "GET /v2/acme/app/manifests/1.0 HTTP/1.1" 200 1600 0.012 '
    '"docker/27.3.1 UpstreamClient(Docker-Client/27.3.1 \\x5C(linux\\x5C))"'
)
READ = {
    "logged_at": datetime(2026, 10, 20, 8, 25),
    "remote_addr": "192.0.2.20",
    "method": "GET",
    "request_uri": "/v2/acme/app/manifests/1.0",
    "status": 200,
    "body_bytes_sent": 1600,
    "request_time": 0.012,
    "user_agent": "docker/27.3.1 UpstreamClient(Docker-Client/27.3.1 \\(linux\\))",
}
STATEMENT = """log_format main
    '$remote_addr - $remote_user [$time_local] "$request" '  # the first half
    '$status $body_bytes_sent $request_time "$http_user_agent"';
"""
JSON_STATEMENT = """
log_format own escape=json
    '{"when":"$time_iso8601","who":"$remote_addr","what":"$request","code":$status,'
    '"sent":"$body_bytes_sent","took":"$request_time","agent":{"full":"$http_user_agent"}}';
"""
JSON_LINE = (
    '{"when":"2026-10-20T11:55:00+03:30","who":"192.0.2.20","what":"GET /v2/acme/app/manifests/1.0 HTTP/1.1",'
    '"code":200,"sent":"1600","took":"0.012","agent":{"full":"docker/27.3.1 UpstreamClient('
    'Docker-Client/27.3.1 \\\\(linux\\\\))"}}'
)
TABLE = {
    "time": "when",
    "remote_addr": "who",
    "request": "what",
    "status": "code",
    "body_bytes_sent": "sent",
    "request_time": "took",
    "user_agent": "agent.full",
}


@pytest.mark.parametrize("strictly", [False, True], ids=["both readers", "strict reader"])
@pytest.mark.parametrize(
    ("log_format", "line"),
    [
        pytest.param(STRING, LINE, id="a string"),
        pytest.param(STATEMENT, LINE, id="a statement of several pieces"),
        pytest.param(JSON_STATEMENT, JSON_LINE, id="a statement that writes JSON"),
        pytest.param(choice.as_setting("mine", dict(TABLE)), JSON_LINE, id="a table"),
        pytest.param(STRING, "nginx-1  | " + LINE, id="in an envelope"),
    ],
)
def test_an_own_format_reads_its_lines(
    log_format: str, line: str, strictly: bool, read: Callable[..., Any]
) -> None:
    reading = read((line + "\nsomething else\n").encode(), log_format=log_format, strictly=strictly)
    assert {name: reading.rows[0][name] for name in READ} == READ
    assert (reading.counts.staged, reading.counts.quarantined) == (1, 1)


@pytest.mark.parametrize("strictly", [False, True], ids=["both readers", "strict reader"])
@pytest.mark.parametrize(
    ("asked", "written", "wanted"),
    [
        (
            "$request_method $scheme://$host$request_uri",
            "GET https://registry.example.com/v2/a/manifests/1?ns=x.io",
            {"host": "registry.example.com", "request_uri": "/v2/a/manifests/1?ns=x.io", "scheme": "https"},
        ),
        (
            "$request_method $uri$is_args$args",
            "GET /v2/a/manifests/1?ns=x.io",
            {"request_uri": "/v2/a/manifests/1", "args": "ns=x.io"},
        ),
        ("$request_method $uri$is_args$args", "HEAD /v2/", {"request_uri": "/v2/", "args": None}),
        (
            "{$request_method} $host$uri",
            "{GET} gw/v2/",
            {"request_uri": "/v2/", "host": "gw", "method": "GET"},
        ),
    ],
)
def test_values_with_nothing_between_them(
    asked: str, written: str, wanted: dict[str, Any], strictly: bool, read: Callable[..., Any]
) -> None:
    """The path was lost without a word where it followed the host."""
    reading = read(
        f"{written} 200 192.0.2.7 1792484820.000\n".encode(),
        log_format=f"{asked} $status $remote_addr $msec",
        strictly=strictly,
    )
    assert {name: reading.rows[0][name] for name in wanted} == wanted


def test_escapes_of_json_in_text_are_undone(read: Callable[..., Any]) -> None:
    statement = f"log_format main escape=json '{STRING}';"
    reading = read(LINE.replace("\\x5C", "\\\\").encode() + b"\n", log_format=statement)
    assert reading.rows[0]["user_agent"] == READ["user_agent"]


@pytest.mark.parametrize(
    ("log_format", "said"),
    [
        (
            STRING.replace("$remote_addr", "$remote_adr"),
            "no variable $remote_adr (did you mean $remote_addr?)",
        ),
        (STRING.replace("$remote_addr", "$host"), "has no address: add $remote_addr"),
        (STRING.replace("$time_local", "$host"), "has no time: add $time_iso8601, $time_local or $msec"),
        (STRING.replace("$request]", "").replace('"$request"', "x"), "has no method: add $request"),
        (STRING.replace("$status", "200"), "has no status: add $status"),
        ("log_format x escape=xml '$remote_addr';", "escape=xml is none that nginx knows"),
        ('{"a":"$remote_addr","t":"$msec","r":"$request","s":"$status"', "begins like JSON and is none"),
        (
            STRING.replace("$remote_addr", "$remote_addr$remote_port"),
            "nothing stands between $remote_addr and $remote_port",
        ),
        ("nginx-proxi", "did you mean nginx-proxy?"),
        (choice.as_setting("mine", {**TABLE, "statsu": "x"}), "statsu is no field (did you mean status?)"),
        (choice.as_setting("mine", {"time": "a", "remote_addr": "b"}), "has no method: add method"),
    ],
)
def test_a_format_that_cannot_be_used_is_said(log_format: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        choice.parse(log_format)
    assert said in str(caught.value)


def test_a_path_that_leads_nowhere_is_said(read: Callable[..., Any]) -> None:
    table = choice.as_setting("mine", {**TABLE, "status": "resp.code"})
    with pytest.raises(
        ObjectError, match=r"mine these paths lead nowhere .* status \(/resp\.code, /resp/code\)"
    ):
        read(JSON_LINE.encode() + b"\n", log_format=table)


def test_the_year_of_syslog_is_that_of_the_file_over_new_year(read: Callable[..., Any]) -> None:
    line = (
        '{} 172.18.0.1 proxy[1]: 192.0.2.20 - "GET /v2/ HTTP/1.1" 200 2 "-" "docker/27.3.1" 0.002 0.004 .\n'
    )
    content = line.format("Dec 31 23:59:59") + line.format("Jan  1 00:00:01")
    # Written on 2027-01-02T00:00:00Z.
    for strictly in (False, True):
        reading = read(content.encode(), strictly=strictly, modified=1_798_848_000)
        assert [row["logged_at"] for row in reading.rows] == [
            datetime(2026, 12, 31, 23, 59, 59),
            datetime(2027, 1, 1, 0, 0, 1),
        ]


def test_a_full_date_in_the_log_tells_the_year_whenever_the_file_was_copied(read: Callable[..., Any]) -> None:
    line = 'Oct 20 08:06:00 gw proxy[1]: 192.0.2.20 - "GET /v2/ HTTP/1.1" 200 2 "-" "docker" 0.002 0.004 .\n'
    error = "Oct 20 08:06:00 gw proxy[1]: 2026/10/20 08:06:00 [warn] 7#7: *1 buffered\n"
    for modified in (1_798_848_000, 1_900_000_000):
        reading = read((line + error).encode(), modified=modified)
        assert reading.rows[0]["logged_at"] == datetime(2026, 10, 20, 8, 6)


def test_lines_without_any_time_are_refused_with_what_to_do(read: Callable[..., Any]) -> None:
    line = '192.0.2.20 - "GET /v2/ HTTP/1.1" 200 2 "-" "docker/27.3.1" 0.002 0.004 .\n'
    with pytest.raises(ObjectError, match=r"no time of their own.* must come from syslog around it"):
        read(line.encode())


def test_parts_of_a_line_are_joined_and_accounted_for(read: Callable[..., Any]) -> None:
    whole = '192.0.2.20 - - [20/Oct/2026:08:27:00 +0000] "GET /v2/ HTTP/1.1" 200 2 "-" "docker/27.3.1"'
    stamp = "2026-10-20T08:27:00.1Z"
    content = (
        f"{stamp} stdout P {whole[:30]}\n{stamp} stderr F an error\n{stamp} stdout P {whole[30:50]}\n"
        f"{stamp} stdout F {whole[50:]}\n{stamp} stdout F {whole}\n{stamp} stdout P half"
    )
    counts = read(content.encode()).counts
    assert (counts.lines, counts.staged, counts.skipped, counts.quarantined) == (6, 2, 2, 2)
    assert counts.reasons == {"no_format": 1, "unterminated": 1}


@pytest.mark.parametrize("before", [0, 3, 300])
def test_parts_are_joined_behind_many_lines_of_any_kind(read: Callable[..., Any], before: int) -> None:
    """Two lines in parts behind lines that queries read, and whole lines of the same envelope among them."""
    whole = '192.0.2.20 - - [20/Oct/2026:08:27:00 +0000] "GET /v2/ HTTP/1.1" 200 2 "-" "docker/27.3.1"'
    stamp = "2026-10-20T08:27:00.1Z"
    parts = [f"{stamp} stdout P {whole[:30]}", f"{stamp} stdout F {whole[30:]}"] * 2
    lines = [whole] * before + [f"{stamp} stdout F {whole}"] * before + parts
    counts = read("\n".join([*lines, ""]).encode()).counts
    assert (counts.lines, counts.staged, counts.skipped) == (2 * before + 4, 2 * before + 2, 2)
    assert counts.quarantined == 0


def test_a_request_that_distribution_logs_twice_counts_once(read: Callable[..., Any]) -> None:
    completed, _ = choice.parse("distribution").samples[0]  # type: ignore[union-attr]
    short = (
        '192.0.2.20 - - [20/Oct/2026:08:43:00 +0000] "GET /v2/acme/app/manifests/1.0 HTTP/1.1" {} 1600 "" "x"'
    )
    reading = read("\n".join([short.format(200), completed, short.format(401), ""]).encode())
    assert (reading.counts.staged, reading.counts.skipped) == (2, 1)
    assert [row["status"] for row in reading.rows] == [200, 401]


def test_a_missing_field_is_named(read: Callable[..., Any], json_line: Callable[..., bytes]) -> None:
    reading = read(b"\n".join([json_line(), json_line(status=None), json_line(user_agent=None), b""]))
    assert reading.counts.missing_fields == {"status": 1, "user_agent": 1}
    assert [row["field"] for row in reading.rejected] == ["status", "user_agent"]


def test_an_object_may_change_its_format(read: Callable[..., Any], json_line: Callable[..., bytes]) -> None:
    combined = LINE.replace(" 0.012", "", 1).replace('1600 "', '1600 "-" "').encode()
    for content in ([combined] * 3 + [json_line()] * 3, [json_line()] * 3 + [combined] * 3):
        reading = read(b"\n".join(content) + b"\n")
        assert reading.counts.formats == {"json": 3, "combined": 3}


VALUES = {
    "remote_addr": "192.0.2.20",
    "time_iso8601": "2026-10-20T11:55:00+03:30",
    "request_method": "GET",
    "request_uri": "/v2/acme/app/manifests/1.0",
    "status": "200",
}
# nginx's variable, a value as nginx writes it, and the field with what must be read.
MORE_VARIABLES = [
    ("host", "registry.example.com", {"host": "registry.example.com"}),
    ("http_host", "registry.example.com:5000", {"host": "registry.example.com:5000"}),
    ("request_id", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", {"request_id": "0a1b2c3d4e5f60718293a4b5c6d7e8f9"}),
    ("server_protocol", "HTTP/2.0", {"protocol": "HTTP/2.0"}),
    ("scheme", "https", {"scheme": "https"}),
    ("hostname", "gw1", {"node": "gw1"}),
    ("http_range", "bytes=0-99", {"range": "bytes=0-99"}),
    ("sent_http_docker_content_digest", "sha256:0a", {"resp_digest": "sha256:0a"}),
    ("sent_http_content_type", "application/json", {"resp_content_type": "application/json"}),
    ("http_x_forwarded_for", "198.51.100.7", {"x_forwarded_for": "198.51.100.7"}),
    ("request_completion", "OK", {"request_completion": "OK"}),
    ("request_time", "0.012", {"request_time": 0.012}),
    ("upstream_addr", "10.0.0.2:5000, 10.0.0.3:5000", {}),
    ("ssl_protocol", "TLSv1.3", {}),
    ("ignored", "", {}),
    ("proxy_protocol_addr", "198.51.100.9", {"remote_addr": "198.51.100.9"}),
]


# What stands around a variable, and whether it is the first. An open end takes the rest of the line: a value
# that is empty or has a blank cannot stand there.
PLACES = [
    (variable, value, wanted, before, after, is_first)
    for variable, value, wanted in MORE_VARIABLES
    for before, after in [(" ", ""), (' "', '"'), (" [", "]"), ("\t", ""), ("|", "|")]
    for is_first in (False, True)
    if is_first or before != " " or (value and ", " not in value)
]


@pytest.mark.parametrize("strictly", [False, True], ids=["both readers", "strict reader"])
@pytest.mark.parametrize(("variable", "value", "wanted", "before", "after", "is_first"), PLACES)
def test_a_variable_is_read_wherever_it_stands(
    variable: str,
    value: str,
    wanted: dict[str, Any],
    before: str,
    after: str,
    is_first: bool,
    strictly: bool,
    read: Callable[..., Any],
) -> None:
    sign = {"\t": "\t", "|": "|"}.get(before, " ")
    values = [(f"${name}", text) for name, text in VALUES.items()]
    own = (
        before.lstrip(sign) + f"${variable}" + after.rstrip("|"),
        before.lstrip(sign) + value + after.rstrip("|"),
    )
    columns = [own, *values] if is_first else [*values, own]
    log_format, line = (sign.join(column[n] for column in columns) for n in (0, 1))
    reading = read(line.encode() + b"\n", log_format=log_format, strictly=strictly)
    assert reading.counts.staged == 1, (log_format, line)
    expected = {"method": "GET", "request_uri": "/v2/acme/app/manifests/1.0", "status": 200, **wanted}
    assert {name: reading.rows[0][name] for name in expected} == expected


def test_a_log_format_that_fits_no_line_is_refused_with_the_one_that_does(read: Read) -> None:
    line = (
        '198.51.100.1 - - [01/May/2026:20:00:00 +0000] "GET /v2/a/manifests/1 HTTP/1.1" 200 9 "-" "docker/27"'
    )
    with pytest.raises(ObjectError) as refused:
        read(f"{line}\n".encode(), log_format='$remote_addr [$time_local] "$request" $status')
    said = str(refused.value)
    assert "can be read as your log_format has it (no_format 1)" in said
    proposed = said.partition("LOG_FORMAT='")[2].removesuffix("'")
    assert read(f"{line}\n".encode(), log_format=proposed).row(1)["user_agent"] == "docker/27"
