"""A property: the fast scan and the strict reader make the same rows and the same rejects of any lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import json_scan, line_scan
from ingest.fields import FIELD_NAMES
from ingest.formats import BY_NAME, FORMATS

GOOD_FIELDS = {
    "msec": '"1795453424.385"',
    "remote_addr": '"198.51.100.1"',
    "method": '"GET"',
    "request_uri": '"/v2/"',
    "status": "200",
    "user_agent": '"docker/27.1"',
}
GOOD = "{" + ",".join(f'"{key}":{value}' for key, value in GOOD_FIELDS.items()) + "}"

texts = st.text(st.characters(codec="utf-8"), max_size=12)
odd_texts = st.sampled_from(
    [
        *(
            "",
            "-",
            " ",
            "NaN",
            "nan",
            "inf",
            "-Infinity",
            "{",
            "[1]",
            "1.5",
            "1e5",
            "-0",
            "0x10",
            "1_0",
            "007",
        ),
        *(
            "\x00",
            "a\nb",
            "\x1f",
            "\x7f",
            "\x85",
            "\u2028",
            "\ud800",
            "a\\",
            '"',
            '"1.5"',
            ",",
            "a,b",
            "200",
            "12.5",
        ),
        *(
            "1795453424.1234567",
            "17954534240000",
            "4102444799.9999996",
            "1356998399.9999996",
            "1.",
            ".5",
            " 1",
            "+1",
        ),
    ]
)
tokens = st.one_of(
    st.one_of(texts, odd_texts).map(json.dumps),
    texts.map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.integers(-(10**20), 10**20).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(
        [
            "NaN",
            "nan",
            "inf",
            "-Infinity",
            "true",
            "false",
            "null",
            "{}",
            "[]",
            "[{}]",
            "-0",
            "1e5",
            "1E-7",
            "1e400",
        ]
    ),
    st.sampled_from(["01", "'x'", '"\t"', '"\\x"', '"\\ud83d\\ude00"', "{,}", "1.50", "200.0", "17e8", ""]),
)
keys = st.sampled_from([*FIELD_NAMES, "uri", "zz"])


@st.composite
def log_lines(draw: st.DrawFn) -> bytes:
    """A good line with some fields changed, added, doubled or left out, and some bytes spoilt."""
    changed = draw(st.dictionaries(keys, tokens, max_size=4))
    pairs = list((GOOD_FIELDS | changed).items())
    if draw(st.integers(0, 9)) == 0:
        pairs.append((draw(keys), draw(tokens)))
    if draw(st.integers(0, 9)) == 0:
        pairs.pop(draw(st.integers(0, len(pairs) - 1)))
    comma = draw(st.sampled_from([",", ",", ",", ", ", " ,"]))
    text = (
        "{"
        + comma.join(f'"{key}":{value}' for key, value in pairs)
        + draw(st.sampled_from(["}"] * 9 + [",}"]))
    )
    content = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.binary(max_size=3)) + content[at + draw(st.integers(0, 2)) :]
    return content.replace(b"\n", b" ")


objects = st.lists(st.one_of(log_lines(), st.binary(max_size=20), st.just(b"")), max_size=12)


def differences(read: Callable[..., Any], lines: list[bytes], is_ended: bool = True) -> list[str]:
    """In what the two readers differ for an object of these lines and a good one before them."""
    content = b"\n".join([GOOD.encode(), *lines]) + (b"\n" if is_ended else b"")
    fast = read(content, log_format="json")
    strict = read(content, log_format="json", strictly=True)
    found = [name for name in ("rows", "rejected") if getattr(fast, name) != getattr(strict, name)]
    if fast.counts.reasons != strict.counts.reasons:
        found.append("reasons")
    for reading in (fast, strict):
        counts = reading.counts
        accounted = len(reading.rows) + len(reading.rejected) + counts.skipped
        if not counts.lines == content.count(b"\n") + (not content.endswith(b"\n")) == accounted:
            found.append("law 1")
    return found


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(lines=objects, is_ended=st.booleans())
def test_both_readers_make_the_same_of_any_lines(
    read: Callable[..., Any], lines: list[bytes], is_ended: bool
) -> None:
    assert differences(read, lines, is_ended) == []


# Lines that the scan alone would get wrong; each must be noticed when what guards against it is taken away.
CONTROL = GOOD.replace("docker/27.1", "docker\\u0000/27.1").encode()
ARRAY = GOOD.replace('"docker/27.1"', '["docker/27.1"]').encode()
DOUBLED = GOOD.replace('"status":200', '"status":200,"status":404').encode()
BAD_NUMBER = GOOD.replace('"status":200', '"status":200,"bytes_sent":"0x1F"').encode()


def test_the_property_sees_a_scan_that_ignores_odd_text(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert differences(read, [CONTROL, ARRAY]) == []
    monkeypatch.setattr(json_scan, "_ODD_TEXT", "no text has this")
    for line in (CONTROL, ARRAY):
        assert "rows" in differences(read, [line])


def test_the_property_sees_a_scan_that_ignores_doubled_fields(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert differences(read, [DOUBLED]) == []
    monkeypatch.setattr(json_scan, "_doubled_query", lambda data: "select 0 where false")
    assert set(differences(read, [DOUBLED])) >= {"rows", "rejected"}


def test_the_property_sees_a_scan_that_casts_what_it_can(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert differences(read, [BAD_NUMBER]) == []
    monkeypatch.setattr(json_scan, "_is_clean", lambda: "true")
    assert "rows" in differences(read, [BAD_NUMBER])


def test_the_property_sees_a_scan_that_misnumbers_rows(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    query = json_scan._scan_query
    monkeypatch.setattr(
        json_scan,
        "_scan_query",
        lambda data, is_tolerant: query(data, is_tolerant).replace(
            "row_number() over ()", f"{data.line_count + 1} - row_number() over ()"
        ),
    )
    other = GOOD.replace("docker", "podman").encode()
    assert "rows" in differences(read, [other, other])


# Lines of other formats, in envelopes, with every kind of thing in them that the queries must leave alone.
# Names that only a sample of the lines makes known, one after the other and inside one another; logfmt, LTSV.
AGENT = "containerd/v1.7.21"
STAMP = "2026-10-20T08:27:00.4Z"
NAMED_DOCUMENTS: list[dict[str, Any]] = [
    {"eventTimestamp": STAMP, "sourceIpPort": "192.0.2.20:40312", "requestMethod": "GET"}
    | {
        "requestPath": "/v2/",
        "responseCode": 200,
        "bytesSent": 1600,
        "userAgent": AGENT,
        "duration_ms": "12.5",
    },
    {"time": 1792484820400, "res": {"statusCode": 200, "headers": {"content-length": 1600}}, "msg": "done"}
    | {
        "req": {
            "method": "GET",
            "url": "/v2/",
            "headers": {"user-agent": AGENT},
            "remoteAddress": "192.0.2.20",
        }
    },
    {"time": "[20/Oct/2026:08:27:00 +0000]", "host": "192.0.2.20", "request": "GET /v2/ HTTP/1.1"}
    | {"statusCode": "200"},
]
LABELS = (
    'time:[20/Oct/2026:08:27:00 +0000]\thost:{}\treq:GET /v2/ HTTP/1.1\tstatus:200\tsize:1600\tua:a\\\\("1'
)
NAMED = [
    *map(json.dumps, NAMED_DOCUMENTS),
    f'time={STAMP} level=INFO method=GET uri=/v2/ remote_addr=192.0.2.20 status=200 ua="{AGENT}"',
    *(LABELS.format(f"192.0.2.{number}") for number in (20, 21)),
]
ALL_FORMATS = [line for item in FORMATS for line, _ in item.samples] + NAMED * 6
agents = st.one_of(
    texts,
    odd_texts,
    st.sampled_from(
        [
            *("a\\x22b", "a\\x5C(b\\x5C)", "a\\xC3\\xA3", "a\\\\(b", 'a\\"b', "a\\\\x22", "\\x0A", "a\\(b"),
            *("%20", "a%2520b", "%C3", "é", "\ud83d\ude00", "-", "", "a|b", "a\tb", "{a}", "[1]", "x" * 300),
        ]
    ),
)


@st.composite
def foreign_lines(draw: st.DrawFn) -> bytes:
    """A sample of a format with its client changed, some bytes spoilt, and perhaps envelopes around it."""
    line = draw(st.sampled_from(ALL_FORMATS))
    line = line.replace(
        draw(st.sampled_from(["containerd/v1.7.21", "docker/27.3.1", "1600", "200"])), draw(agents)
    )
    for _ in range(draw(st.integers(0, 2))):
        line = draw(st.sampled_from(WRAPS))(line)
    content = line.replace("\n", " ").encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 4)) == 0:
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.binary(max_size=3)) + content[at + draw(st.integers(0, 2)) :]
    return content.replace(b"\n", b" ")


WRAPS = [
    lambda line: "nginx-1  | " + line,
    lambda line: "registry.example.com " + line,
    lambda line: "2026-10-20T08:00:00.5Z " + line,
    lambda line: "2026-10-20T08:00:00.5Z stdout F " + line,
    lambda line: "<190>Oct 20 08:00:00 gw nginx: " + line,
    lambda line: json.dumps({"log": line + "\n", "stream": "stdout", "time": "2026-10-20T08:00:00.5Z"}),
    lambda line: json.dumps({"message": line, "@timestamp": "2026-10-20T08:00:00.5Z"}, ensure_ascii=False),
    lambda line: "\ufeff" + line + "\r",
]


def foreign_differences(read: Callable[..., Any], lines: list[bytes]) -> list[str]:
    """In what the two readers differ for an object of these lines and a good one before them."""
    content = b"\n".join([ALL_FORMATS[0].encode(), *lines]) + b"\n"
    fast = read(content, modified=1_793_491_200)
    strict = read(content, strictly=True, modified=1_793_491_200)
    found = [name for name in ("rows", "rejected") if getattr(fast, name) != getattr(strict, name)]
    for name in ("formats", "envelopes", "reasons", "missing_fields"):
        if getattr(fast.counts, name) != getattr(strict.counts, name):
            found.append(name)
    return found


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(lines=st.lists(foreign_lines(), min_size=1, max_size=8))
def test_both_readers_make_the_same_of_other_formats(read: Callable[..., Any], lines: list[bytes]) -> None:
    assert foreign_differences(read, lines) == []


@pytest.mark.parametrize("name", ["combined", "tyk"])
def test_an_odd_character_in_an_optional_field_hides_it_from_no_reader(
    read: Callable[..., Any], name: str
) -> None:
    """The query would find the line without that field: of `combined` the address that a proxy names."""
    line = max((line for line, _ in BY_NAME[name].samples), key=len)
    line = line.replace("docker/27.3.1", "\x01docker") + ' "203.0.113.9\x01"'
    assert foreign_differences(read, [line.encode()]) == []


@pytest.mark.parametrize("name", ["distribution", "tyk", "heroku"])
def test_a_format_of_pairs_keeps_its_lines_beside_logfmt(read: Callable[..., Any], name: str) -> None:
    lines = [line.encode() for line in (NAMED[3], NAMED[3], BY_NAME[name].samples[0][0])]
    assert foreign_differences(read, lines) == []


def test_the_property_sees_a_query_that_leaves_escapes_as_they_are(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = BY_NAME["combined"].samples[0][0].replace("containerd/v1.7.21", "a\\x5Cb").encode()
    assert foreign_differences(read, [line]) == []
    monkeypatch.setattr(line_scan, "_unescaped", lambda text, item: text)
    assert "rows" in foreign_differences(read, [line])


def test_the_property_sees_a_query_that_takes_a_narrower_formats_lines(
    read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [BY_NAME[name].samples[0][0].encode() for name in ("combined", "combined", "traefik")]
    assert foreign_differences(read, lines) == []
    monkeypatch.setattr(type(BY_NAME["traefik"]), "narrows", "", raising=False)
    for item in FORMATS:
        if getattr(item, "narrows", ""):
            monkeypatch.setitem(item.__dict__, "narrows", "")
    assert foreign_differences(read, lines)
