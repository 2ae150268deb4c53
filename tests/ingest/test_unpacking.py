"""Objects whose requests do not stand one a line: what comes out, whatever the blocks; what is refused."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ingest import decompress, unpacking
from ingest.bytepass import read_bytes
from ingest.errors import ObjectError
from ingest.unpacking import UnpackingError, unpacked
from tests.ingest.conftest import GOOD, Read, describe
from tests.support import cpu

LINES = [
    f'192.0.2.{number} - - [20/Oct/2026:08:27:0{number} +0000] "GET /v2/ HTTP/1.1" 200 2'
    f' "-" "docker/27.{number}"'
    for number in (1, 2, 3)
]
EVENTS = [{"timestamp": 1792484820000 + number, "message": line} for number, line in enumerate(LINES)]


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _otlp(lines: list[str]) -> dict[str, object]:
    records = [{"timeUnixNano": "1792484820000000000", "body": {"stringValue": line}} for line in lines]
    return {"resourceLogs": [{"resource": {}, "scopeLogs": [{"scope": {}, "logRecords": records}]}]}


def _journal(text: bool) -> bytes:
    """`journalctl -o export`: as text, or with the length in front, as odd bytes are written."""
    entries = []
    for line in LINES:
        message = line.encode()
        field = b"MESSAGE=" + message if text else b"MESSAGE\n" + len(message).to_bytes(8, "little") + message
        entries.append(b"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1792484820000000\n" + field + b"\n_COMM=nginx\n")
    return b"\n".join(entries) + b"\n"


def _csv(head: str, row: str) -> str:
    quoted = ['"' + line.replace('"', '""') + '"' for line in LINES]
    return head + "\n" + "".join(row.replace("LINE", cell) + "\n" for cell in quoted)


def _table() -> str:
    """What a query on a table of requests gives: BigQuery, Athena, CloudWatch Logs Insights."""
    rows = [
        f"2026-10-20T08:27:0{n}Z,192.0.2.{n},GET,/v2/,200,docker/27.{n}" for n in range(1, len(LINES) + 1)
    ]
    return "\n".join(["timestamp,remote_addr,request_method,request_uri,status,http_user_agent", *rows, ""])


LOKI = {
    "status": "success",
    "data": {
        "resultType": "streams",
        "result": [{"stream": {}, "values": [["1792484820000000000", line] for line in LINES]}],
    },
}
# `aws logs get-query-results`, and Azure Monitor's query API
INSIGHTS = {"results": [[{"field": "@message", "value": line}] for line in LINES], "status": "Complete"}
AZURE_TABLES = {
    "tables": [{"name": "Primary", "columns": [{"name": "LogMessage"}], "rows": [[line] for line in LINES]}]
}


def _local(cut: int | None = None) -> bytes:
    """Docker's `local` driver: messages of protocol buffers between their lengths; each line in two parts."""
    written = b""
    for line in (line.encode() for line in LINES):
        for text, is_part in ((line[:40], b"\x20\x01"), (line[40:], b"")):
            message = b"\x0a\x06stdout\x10\x80\x01\x1a" + bytes([len(text)]) + text + is_part
            written += len(message).to_bytes(4, "big") + message + len(message).to_bytes(4, "big")
    return written[:cut]


SPLUNK = {"preview": False, "init_offset": 0, "results": [{"_raw": line} for line in LINES]}
ELASTIC = {"took": 3, "hits": {"total": 3, "hits": [{"_source": {"message": line}} for line in LINES]}}
FILTERED = {"events": EVENTS, "searchedLogStreams": [], "nextToken": "x]}"}
FIREHOSE = [
    {"messageType": "DATA_MESSAGE", "logGroup": "reg", "logEvents": EVENTS[:2]},
    {"messageType": "DATA_MESSAGE", "logGroup": "reg", "logEvents": EVENTS[2:]},
]
# https://learn.microsoft.com/azure/azure-monitor/essentials/resource-logs-schema
AZURE = {"records": [{"time": "2026-10-20T08:27:00Z", "message": line} for line in LINES]}
PACKED = {
    "an array": json.dumps(EVENTS),
    "an array over many lines (gcloud, Grafana)": _pretty(EVENTS),
    "an array of texts": json.dumps(LINES),
    "records (Azure)": json.dumps(AZURE),
    "records over many lines": _pretty(AZURE),
    "events (aws logs filter-log-events)": _pretty(FILTERED),
    "logEvents without a line break between them (Firehose)": "".join(map(json.dumps, FIREHOSE)),
    "logEvents, one document a line": "".join(json.dumps(item) + "\n" for item in FIREHOSE),
    "objects over many lines (jq)": "".join(map(_pretty, EVENTS)),
    "objects one behind the other": "".join(map(json.dumps, EVENTS)),
    "resourceLogs (OTLP)": json.dumps(_otlp(LINES[:2])) + "\n" + json.dumps(_otlp(LINES[2:])) + "\n",
    "Loki's query_range": json.dumps(LOKI),
    "Splunk's results": json.dumps(SPLUNK),
    "Elasticsearch's hits": json.dumps(ELASTIC),
    "CSV of Kibana": _csv("@timestamp,message", '"Oct 20, 2026 @ 08:27:00.000",LINE'),
    "CSV of Splunk": _csv('"_raw","_time",host', "LINE,2026-10-20T08:27:00.000+00:00,gw1"),
    "CSV of Datadog": _csv("Date,Host,Service,Message", '2026-10-20T08:27:00.000Z,"gw1","nginx",LINE'),
    "CSV of requests": _table(),
    "a journal's export": _journal(text=True),
    "a journal's export with lengths": _journal(text=False),
    "NULs between objects (GELF over TCP)": "".join(
        json.dumps({"version": "1.1", "short_message": line}) + "\0" for line in LINES
    ),
    "UTF-16 (PowerShell)": ("\ufeff" + "\r\n".join([*LINES, ""])).encode("utf-16-le"),
    "UTF-16, the other way round": ("\ufeff" + "\n".join([*LINES, ""])).encode("utf-16-be"),
    "CSV in UTF-16": ("\ufeff" + _table()).encode("utf-16-le"),
    "record separators (journalctl -o json-seq)": "".join(
        "\x1e" + json.dumps({"MESSAGE": line}) + "\n" for line in LINES
    ),
    "logs insights": json.dumps(INSIGHTS),
    "azure monitor's tables": json.dumps(AZURE_TABLES),
    "semicolons between columns": _table().replace(",", ";"),
    "tabs between columns": _table().replace(",", "\t"),
    "docker's local driver": _local(),
    "bzip2": bz2.compress("\n".join([*LINES, ""]).encode()),
    "xz": lzma.compress("\n".join([*LINES, ""]).encode()),
    "an array in gzip": gzip.compress(json.dumps(EVENTS).encode()),
}
# Nothing of all that: these go to the readers byte for byte.
PLAIN = {
    "lines": "\n".join(LINES),
    "contract A": json.dumps(GOOD) + "\n" + json.dumps(GOOD),
    "a text in brackets": '[20/Oct/2026:08:09:00 +0000] - 200 200 - GET https x "/v2/"\n',
    "a JSON line with a list under a known name": '{"events":["a"],"status":200}\n{"events":["b"]}\n',
    "a torn first line": '.4","path":"/v2/"}\n' + json.dumps(GOOD) + "\n",
    "two objects on the first line of a log": json.dumps(GOOD) * 2 + "\n" + json.dumps(GOOD) + "\n",
    "a line break inside the first line": json.dumps(GOOD).replace(",", ",\n", 1) + "\n" + json.dumps(GOOD),
    "words between commas": "hello,world\n1,2\n",
}


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


@pytest.mark.parametrize("kind", PACKED)
def test_every_request_comes_out(kind: str, read: Read) -> None:
    reading = read(_bytes(PACKED[kind]))
    assert (reading.counts.staged, reading.counts.quarantined) == (3, 0)
    assert [row["user_agent"] for row in reading.rows] == ["docker/27.1", "docker/27.2", "docker/27.3"]
    assert [str(row["remote_addr"]) for row in reading.rows] == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert {row["logged_at"].strftime("%Y-%m-%d %H:%M") for row in reading.rows} == {"2026-10-20 08:27"}


@pytest.mark.parametrize("kind", [kind for kind in PACKED if kind not in ("bzip2", "xz", "an array in gzip")])
def test_the_border_of_a_block_changes_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = _bytes(PACKED[kind])
    whole = b"".join(unpacked(iter([content]))[1])
    monkeypatch.setattr(unpacking, "_BLOCK_BYTES", 1)
    for size in (1, 7):
        pieces = [content[place : place + size] for place in range(0, len(content), size)]
        assert b"".join(unpacked(iter(pieces))[1]) == whole


@pytest.mark.parametrize("kind", PLAIN)
def test_what_is_not_packed_stays_as_it_is(kind: str) -> None:
    content = PLAIN[kind].encode()
    names, blocks = unpacked(iter([content]))
    assert (names, b"".join(blocks)) == ([], content)


def test_the_half_message_of_a_running_container_waits(read: Read) -> None:
    """And the rest of what is there is read; the whole of it is the longer stage of one log."""
    assert len(read(_local(cut=-20)).rows) == len(LINES) - 1


def test_a_torn_line_among_documents_costs_itself_only(read: Read) -> None:
    """OTLP's file exporter writes one document a line; a crash leaves half of one."""
    documents = [json.dumps(_otlp([line])) for line in LINES]
    reading = read("\n".join([documents[0], documents[1][:90], documents[2], ""]).encode())
    assert (reading.counts.staged, reading.counts.quarantined) == (2, 1)


def test_numbers_are_not_written_anew() -> None:
    """A float of Python would lose digits of a time in nanoseconds with a fraction."""
    event = '{"ts":1792484820.123456789012,"status":200}'
    assert b"".join(unpacked(iter([f"[{event},\n{event}]".encode()]))[1]).decode() == f"{event}\n{event}\n"


def test_a_list_may_be_larger_than_what_is_looked_at_first() -> None:
    events = EVENTS * 2000
    content = json.dumps({"Records": events}).encode()
    pieces = [content[place : place + 50_000] for place in range(0, len(content), 50_000)]
    names, blocks = unpacked(iter(pieces))
    assert names == ["json-documents"]
    assert b"".join(blocks).count(b"\n") == len(events)


def test_attributes_of_open_telemetry_are_fields(read: Read) -> None:
    """https://opentelemetry.io/docs/specs/semconv/http/: the names are those of the Elastic Common Schema."""
    attributes = {
        "client.address": {"stringValue": "192.0.2.7"},
        "http.request.method": {"stringValue": "GET"},
        "url.path": {"stringValue": "/v2/acme/app/manifests/1.0"},
        "http.response.status_code": {"intValue": "200"},
        "user_agent.original": {"stringValue": "docker/27.1"},
    }
    pairs = [{"key": key, "value": value} for key, value in attributes.items()]
    record = {
        "timeUnixNano": "1792484820000000000",
        "attributes": pairs,
        "body": {"kvlistValue": {"values": []}},
    }
    packed = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}
    (row,) = read(json.dumps(packed).encode()).rows
    assert (row["method"], row["request_uri"], row["status"]) == ("GET", "/v2/acme/app/manifests/1.0", 200)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(json.dumps(EVENTS)[:-30], "its JSON breaks off", id="an array that breaks off"),
        pytest.param(json.dumps(AZURE)[:-2], "its JSON breaks off", id="records that break off"),
        pytest.param(
            json.dumps(EVENTS)[:-1] + ", oops]", "its JSON breaks off", id="an array with a word in it"
        ),
        pytest.param(
            _local().replace(b"\x20\x01\0\0", b"\x20\x01\0\1"),
            "its messages are damaged",
            id="lengths that differ",
        ),
        pytest.param(
            _local().replace(b"\x1a", b"\x1d"), "not those of Docker's local driver", id="other messages"
        ),
        pytest.param(_journal(text=False)[:-40], "its journal breaks off", id="a field that breaks off"),
        pytest.param(
            "message,time\n" + '"' + "x" * 200_000, "its CSV cannot be read", id="a cell without end"
        ),
    ],
)
def test_what_breaks_off_is_refused_as_a_whole(content: str | bytes, reason: str, tmp_path: Path) -> None:
    """Half of a document is no prefix of the whole: its lines would be loaded twice."""
    path = tmp_path / "a.log"
    path.write_bytes(_bytes(content))
    with pytest.raises(ObjectError, match=reason), read_bytes(describe(path), tmp_path / "landing"):
        pass


@pytest.mark.parametrize("kind", ["resourceLogs (OTLP)", "CSV of Splunk", "a journal's export"])
def test_tiny_blocks_cost_no_quadratic_time(kind: str) -> None:
    """zstd comes in tiny blocks: looking at a document again for each of them would take minutes."""
    content = _bytes(PACKED[kind])
    if kind.startswith("resourceLogs"):
        content = json.dumps(_otlp(LINES * 4000)).encode()
    else:
        content += b"x" * 2_000_000
    pieces = (content[place : place + 100] for place in range(0, len(content), 100))
    assert cpu.ratio(lambda: _until_error(pieces), tries=1) < 60


def _until_error(pieces: Iterator[bytes]) -> None:
    with suppress(UnpackingError):
        list(unpacked(pieces)[1])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(bz2.compress(LINES[0].encode())[:-4], "the bzip2 data is cut off", id="bzip2"),
        pytest.param(lzma.compress(LINES[0].encode())[:-4], "the xz data is cut off", id="xz"),
        pytest.param(b"BZh91AY&SY" + bytes(40), "the bzip2 data is damaged", id="damaged bzip2"),
        pytest.param(b"\xfd7zXZ\x00" + bytes(40), "the xz data is damaged", id="damaged xz"),
    ],
)
def test_damage_is_told(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(content)
    with pytest.raises(ObjectError, match=reason), read_bytes(describe(path), tmp_path / "landing"):
        pass


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress], ids=["bzip2", "xz"])
def test_a_bomb_is_refused(
    pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decompress, "MAX_DECOMPRESSED_BYTES", 1024 * 1024)
    path = tmp_path / "a.log"
    path.write_bytes(pack(bytes(3 * 1024 * 1024)))
    with pytest.raises(ObjectError, match="is larger than"), read_bytes(describe(path), tmp_path / "landing"):
        pass


def test_a_decoder_that_drops_an_event_would_be_noticed(read: Read) -> None:
    """The planted defect: an event less in the array."""
    assert read(json.dumps(EVENTS[:2]).encode()).counts.staged == 2
