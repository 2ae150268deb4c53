from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard

from ingest import batches, json_scan, line_scan
from ingest.bytepass import read_bytes
from ingest.errors import ObjectError
from ingest.fields import COLUMNS, REJECTED_COLUMNS
from ingest.reader import read_lines
from ingest.sources.local import list_objects
from ingest.sources.model import LogObject

SECRET = "203.0.113.77"


def zst(content: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(content)


@pytest.fixture(scope="session")
def recorded(corpus: Path) -> bytes:
    """All recorded scenarios as one object."""
    return b"".join(path.read_bytes() for path in sorted((corpus / "scenarios").glob("*.jsonl")))


def test_every_line_of_the_recorded_corpus_is_staged(corpus: Path, read: Callable[..., Any]) -> None:
    lines = 0
    for item in list_objects(str(corpus / "scenarios")):
        reading = read(item.path)
        newlines = item.path.read_bytes().count(b"\n")
        assert (reading.counts.reader, reading.counts.log_format) == ("scan", "json")
        assert (reading.counts.lines, reading.counts.staged) == (newlines, newlines)
        lines += newlines
    # wc -l scenarios/*.jsonl
    assert lines == 631


def test_both_readers_read_the_corpus_as_the_json_module_does(
    recorded: bytes, read: Callable[..., Any]
) -> None:
    fast, strict = read(recorded), read(recorded, strictly=True)
    assert (fast.counts.reader, strict.counts.reader) == ("scan", "strict")
    assert fast.rows == strict.rows
    for row, line in zip(fast.rows, recorded.splitlines(), strict=True):
        written = json.loads(line)
        assert row["logged_at"].timestamp() == pytest.approx(float(written["msec"]) - _offset(row), abs=1e-5)
        for name in (
            "request_id",
            "remote_addr",
            "x_forwarded_for",
            "host",
            "method",
            "request_uri",
            "user_agent",
        ):
            assert (row[name] or "") == written[name]
        assert (row["status"], row["bytes_sent"]) == (written["status"], written["bytes_sent"])
        assert row["request_time"] == written["request_time"]


def _offset(row: dict[str, Any]) -> float:
    """`timestamp()` takes a time without zone for local; ours are UTC."""
    from datetime import UTC

    return float(row["logged_at"].replace(tzinfo=UTC).timestamp() - row["logged_at"].timestamp())


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [
        (".log.gz", gzip.compress),
        (".two.log.gz", lambda content: gzip.compress(content[:9000]) + gzip.compress(content[9000:])),
        (".padded.log.gz", lambda content: gzip.compress(content) + bytes(512)),
        (".log.zst", zst),
        (".two.log.zst", lambda content: zst(content[:9000]) + zst(content[9000:])),
    ],
)
def test_compression_does_not_change_the_rows(
    recorded: bytes, read: Callable[..., Any], suffix: str, compress: Callable[[bytes], bytes]
) -> None:
    dirty = recorded + b'no JSON\n{"a":1}\n' + recorded[:300]
    plain, compressed = read(dirty), read(compress(dirty), suffix=suffix)
    assert compressed.rows == plain.rows
    assert compressed.rejected == plain.rejected
    assert plain.reasons_by_line == {632: "not_json", 633: "missing_field", 634: "unterminated"}


def test_a_large_object_keeps_its_numbers(read: Callable[..., Any], json_line: Callable[..., bytes]) -> None:
    # Several of DuckDB's buffers and threads: 40 MB. The id of each line is its number.
    padding = "x" * 4000
    lines = [json_line(request_id=str(number), zz=padding) for number in range(1, 9_501)]
    lines[4_000] = b"no JSON"
    lines[9_000] = lines[9_000].replace(b'"status"', b'"status":"1","status"')
    reading = read(b"\n".join(lines) + b"\n")
    assert reading.counts.reader == "scan"
    assert all(row["request_id"] == str(row["line_number"]) for row in reading.rows)
    assert reading.reasons_by_line == {4_001: "not_json", 9_001: "duplicate_key"}


def test_law_1_holds_for_every_reading(read: Callable[..., Any], json_line: Callable[..., bytes]) -> None:
    reading = read(b"\n".join([json_line(), b"", b"{}", json_line(), b" ", b"x"]))
    counts = reading.counts
    assert (counts.lines, counts.staged, counts.quarantined, counts.skipped) == (6, 2, 2, 2)
    assert counts.reasons == {"missing_field": 1, "unterminated": 1}


def test_a_reader_that_loses_a_line_is_found_out(
    read: Callable[..., Any], json_line: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = json_scan.scan

    def forgetful(con: duckdb.DuckDBPyConnection, data: Any) -> set[int] | None:
        left = scan(con, data)
        con.execute("delete from lines where line_number = 2")
        return left

    patched = b"\n".join([json_line()] * 3)
    assert read(patched).counts.staged == 3
    monkeypatch.setattr(json_scan, "scan", forgetful)
    with pytest.raises(ObjectError, match="1 of 3 lines are unaccounted for"):
        read(patched)


@pytest.mark.parametrize("query", ["_scan_query", "_doubled_query"])
def test_where_duckdb_fails_the_strict_reader_reads_all(
    read: Callable[..., Any], json_line: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(json_scan, query, lambda *_, **__: "select error('a line')")
    monkeypatch.setattr(line_scan, "query", lambda *_, **__: "select error('a line')")
    reading = read(json_line() + b"\nno JSON\n" + json_line() + b"\n")
    assert (reading.counts.reader, reading.counts.staged, reading.counts.quarantined) == ("strict", 2, 1)


def test_the_tables_have_the_columns_of_the_contract(
    read: Callable[..., Any], json_line: Callable[..., bytes]
) -> None:
    reading = read(json_line() + b"\nno JSON\n")
    assert list(reading.rows[0]) == list(COLUMNS)
    assert list(reading.rejected[0]) == list(REJECTED_COLUMNS)


# What is not in docs/log-format.md: the error itself says what to do.
WITH_A_WAY_OUT = (
    "Parquet",
    "gzip inside",
    "text in UTF-16",
    "the head",
    "what Docker's",
    "pairs of names",
    "events of A",
    "audit logs",
    "decisions of",
    "Quay",
    "the text of",
    "journalctl",
    "lines that end",
    "JSON with the line",
)


def test_an_empty_object_is_a_fact(read: Callable[..., Any]) -> None:
    # CloudFront writes two such lines into an object without requests.
    for content in (b"", b"\n", b" \n\n", b"#Version: 1.0\n#Fields: date time cs-method\n"):
        counts = read(content).counts
        assert (counts.log_format, counts.lines, counts.skipped) == (
            "json",
            content.count(b"\n"),
            counts.lines,
        )


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"\x00\x01\x02\n" * 5, "binary data"),
        (b"<html>\n<body>\n", "XML or HTML"),
        # Unpacked, and then no log.
        (b'{\n  "manifests": {}\n}\n', "JSON that has none of the fields"),
        (b'[\n  {"name": "x"}\n]\n', "JSON that has none of the fields"),
        (b'{"records":[{"time":"x"},{"time":"y"}]}', "JSON that has none of the fields"),
        (
            b'{"Records":[{"eventVersion":"1.08","eventSource":"ecr.amazonaws.com","eventName":"BatchGetImage"}]}',
            "events of AWS CloudTrail, which has no requests for layers",
        ),
        # Hosted registries that tell of pulls, and of no request.
        (
            b'{"time":"2026-11-23T08:00:00Z","category":"ContainerRegistryRepositoryEvents","operationName":"Pull"}\n',
            "events of Azure Container Registry",
        ),
        (
            b'{"protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog"},"severity":"INFO"}\n',
            "audit logs of Google Cloud",
        ),
        (
            b'{"timestamp":1792484820000,"terminatingRuleId":"x","httpRequest":{"clientIp":"192.0.2.7"}}\n',
            "decisions of AWS WAF",
        ),
        (b'{"kind":"pull_repo","metadata":{"tag":"1"},"ip":"192.0.2.7"}\n', "Quay's action logs"),
        # What another option of the same command writes line by line
        (b"EVENTS\t1\t1792484820000\tgw\ta line\n", "the text of aws logs filter-log-events"),
        (b"Tue 2026-10-20 08:27:00.123456 UTC [s=ab;i=1]\n    _PID=1\n", "journalctl -o verbose"),
        (b"192.0.2.7 - - [x]\r192.0.2.8 - - [x]\r", "lines that end in a carriage return only"),
        (
            b'{"recordId":"1","data":"MTkyLjAuMi43IC0gLSBbMjAvT2N0LzIwMjY6MDg6Mjc6MDBd"}\n',
            "JSON with the line in base64",
        ),
        # HAProxy's tcplog
        (
            b"Oct 20 08:27:00 lb haproxy[1]: 192.0.2.7:33317 [20/Oct/2026:08:27:00.123] fe b/s 0/0 212 --\n",
            "text without a method and without a path",
        ),
        # Neither XML nor JSON
        (b"<134>Oct 20 08:00:00 gw app[1]: started\n", "text of another form"),
        (b"[20/Oct/2026:08:00:00 +0000] started\n", "text of another form"),
        # honcho's clock in front was taken for an address.
        (
            b'08:27:00 web.1 | 192.0.2.7 - - [20/Oct/2026:08:27:00 +0000] "GET / HTTP/1.1" 200 2 "-" "x"\n',
            "text of",
        ),
        (b"ts=1 level=info addr=192.0.2.7 status=200\n", r"pairs of names and values \(logfmt\)"),
        (gzip.compress(gzip.compress(b"192.0.2.7 - - [x]\n", mtime=0), mtime=0), "gzip inside gzip"),
        (b"SQLite format 3" + b"\x00" * 100 + b"\n", "binary data"),
        (b"PAR1\x15\x04\x00", "Parquet"),
        ("192.0.2.7 - - [x]\n".encode("utf-16-be"), "text in UTF-16"),
        (b"name,age\nA,1\n", "the head of a CSV file"),
        (b'{"time":"2026-11-23","addr":"x"}\n', "JSON that has none of the fields"),
        (b"Name;Age\nA;1\n", "text of another form"),
        # bunny.net tells no method: a HEAD cannot be told from a pull.
        (
            b'{"statusCode":200,"timestamp":1792484820000,"remoteIp":"192.0.2.7","url":"https://x/v2/"}\n',
            "JSON without a method",
        ),
    ],
)
def test_an_unknown_format_is_said_and_what_to_do(
    read: Callable[..., Any], content: bytes, seen: str
) -> None:
    with pytest.raises(ObjectError, match=seen) as caught:
        read(content)
    assert "docs/log-format.md" in str(caught.value) or seen.startswith(WITH_A_WAY_OUT)


def test_the_field_of_another_form_is_named(read: Callable[..., Any]) -> None:
    """Month and day of `02/01/2026` cannot be told apart, and an empty address is none."""
    line = b'{"time":"02/01/2026 08:00:00 AM","ip":"192.0.2.7","method":"GET","uri":"/v2/","status":200}\n'
    with pytest.raises(ObjectError, match="of another form: time"):
        read(line)
    without_time = b'{"request":{"method":"GET","uri":"/v2/","remote_ip":"192.0.2.7"},"status":200}\n'
    with pytest.raises(ObjectError, match=r"read as caddy .*missing: time 1"):
        read(without_time)
    with pytest.raises(ObjectError, match="missing: remote_addr 1"):
        read(b'{"time":"2026-11-23T08:00:00Z","remote_addr":"","method":"GET","uri":"/v2/","status":200}\n')


def test_a_wrong_setting_of_the_format_is_said(read: Callable[..., Any]) -> None:
    with pytest.raises(ObjectError, match="no log format of this name"):
        read(b"{}\n", log_format="xml")


def test_the_format_is_known_behind_some_bad_lines(
    read: Callable[..., Any], json_line: Callable[..., bytes]
) -> None:
    reading = read(b"\n" + b"garbage\n" * 20 + json_line() + b"\n")
    assert (reading.counts.log_format, reading.counts.staged, reading.counts.quarantined) == ("json", 1, 20)


def test_an_object_without_one_good_line_is_refused_with_the_reasons(
    read: Callable[..., Any], json_line: Callable[..., bytes]
) -> None:
    content = json_line(msec=None) + b"\n" + json_line(status="OK") + b"\n"
    with pytest.raises(ObjectError, match=r"none of its 2 lines .* \(missing_field 1, wrong_type 1\)"):
        read(content)


def test_the_quarantine_and_the_errors_quote_nothing(
    read: Callable[..., Any], json_line: Callable[..., bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bad = json_line(remote_addr=SECRET, status=SECRET)
    reading = read(json_line() + b"\n" + bad + b"\n" + bad[:60] + b"\n")
    assert reading.counts.quarantined == 2
    assert SECRET not in str(reading.rejected) + caplog.text
    with pytest.raises(ObjectError) as caught:
        read(bad + b"\n")
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_object_that_changes_between_pass_and_scan_is_refused(
    tmp_path: Path, describe_file: Callable[[Path], LogObject], json_line: Callable[..., bytes]
) -> None:
    path = tmp_path / "a.log"
    path.write_bytes((json_line() + b"\n") * 3)
    with read_bytes(describe_file(path), tmp_path / "landing") as data, duckdb.connect() as con:
        path.rename(tmp_path / "a.log.1")
        path.write_bytes((json_line(request_id="other") + b"\n") * 3)
        with pytest.raises(ObjectError, match="changed while it was being read"):
            read_lines(con, data, name="a.log", log_format="json", quarantine_key=b"k")


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_a_live_log_is_read_up_to_where_the_byte_pass_came(
    tmp_path: Path,
    describe_file: Callable[[Path], LogObject],
    json_line: Callable[..., bytes],
    ending: bytes,
) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(json_line(request_id="1") + b"\n" + json_line(request_id="2") + ending)
    with read_bytes(describe_file(path), tmp_path / "landing") as data, duckdb.connect() as con:
        with path.open("ab") as file:
            file.write(b"and the rest\n" + json_line(request_id="3") + b"\n")
        counts = read_lines(con, data, name="a.log", log_format="json", quarantine_key=b"k")
        assert (counts.reader, counts.lines, counts.staged) == ("scan", 2, 2)
        ids = con.execute("select request_id from lines order by line_number").fetchall()
        assert ids == [("1",), ("2",)]


def test_batches_of_the_strict_reader_do_not_show(
    recorded: bytes, read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(recorded, strictly=True)
    monkeypatch.setattr(batches, "BATCH_BYTES", 4000)
    assert read(recorded, strictly=True).rows == whole.rows


def test_an_odd_data_directory_takes_the_strict_reader_and_not_the_lines(
    tmp_path: Path, describe_file: Callable[[Path], LogObject], json_line: Callable[..., bytes]
) -> None:
    path = tmp_path / "date=2026-11-23" / "a[1]*.log"
    path.parent.mkdir()
    path.write_bytes(json_line() + b"\n")
    for landing in ("landing", "day=1", "odd[x]*'"):
        with read_bytes(describe_file(path), tmp_path / landing) as data, duckdb.connect() as con:
            counts = read_lines(con, data, name="a.log", log_format="json", quarantine_key=b"k")
            assert counts.staged == 1
