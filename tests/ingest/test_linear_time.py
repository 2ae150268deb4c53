"""No text that a client may write takes more than linear time, up to the longest line.

CPU time of 32 KiB against that of 4 KiB: eight times as much is linear, 64 times quadratic. Whatever takes
less than 20 ms is fast enough, whatever its growth.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_network

import pandas as pd
import pytest

from enrichers.clients import client, unknown_agents
from ingest import template
from ingest.addresses import resolve
from ingest.documents import Pairs
from ingest.errors import RejectedLine
from ingest.fields import MAX_LINE_BYTES
from ingest.formats import named_fields
from ingest.paths import parse
from ingest.scrub import scrub
from ingest.strict import Comment, Context, read_text
from ingest.unpacking import csv_rows
from tests.support import cpu

PIECES = (
    *(
        "a",
        "1",
        ".",
        "1.",
        "1.1.1.1.",
        ":",
        "a:",
        "1:2:",
        "%",
        "%25",
        "%2e",
        "/",
        "a/",
        "-",
        "1-",
        "a_",
        "A-",
    ),
    *("ip-1-1-1-1-", " ", "(", "a/1 ", '"', "\\", '\\"', "\\x22", "a(b) ", "/manifests/a", "/blobs/uploads"),
    *(
        "a.",
        "x1.",
        "v1.2.3 ",
        "docker/1 ",
        "&ns=",
        "a=",
        ",",
        "1.1.1.1,",
        "[",
        "é",
        "go/go1.2 ",
        "{",
        '{"a":',
    ),
    *("a=b ", 'a="b" ', "a:b\t", "a;b", "a= "),
    *('"a":"b",', "UpstreamClient(", ";", "=", "+", "|", "\t", "1.1.1.1 - - [", "<1>", "registry: ", "- "),
)
MOST = 24
TRUSTED = [ip_network("10.0.0.0/8"), ip_network("1.0.0.0/8")]


def _line(text: str) -> None:
    with suppress(RejectedLine, Comment):
        read_text(1, text, Context())


def _path(text: str) -> object:
    return parse(pd.DataFrame({"request_uri": [text], "args": [f"ns={text}"]}))


READERS: dict[str, Callable[[str], object]] = {
    "scrub": scrub,
    "path": _path,
    "path of a registry": lambda text: _path(f"/v2/a/manifests/{text}"),
    "addresses": lambda text: resolve(
        pd.DataFrame({"remote_addr": ["10.0.0.1", text], "x_forwarded_for": [text, None]}), TRUSTED
    ),
    "client": lambda text: client.classify(pd.DataFrame({"user_agent": [text, f"docker/27.1.1 {text}"]})),
    "unknown agent": lambda text: unknown_agents.patterns(pd.DataFrame({"user_agent": [text]})),
    "line": _line,
    "line of combined": lambda text: _line(
        f'1.1.1.1 - - [20/Oct/2026:08:00:00 +0000] "{text}" 200 1 "-" "{text}"'
    ),
    "line of names and values": lambda text: _line(
        f'time=1 level=info msg="{text}" path=/v2/ status=200 {text}'
    ),
    "line of labels": lambda text: _line(f"time:1\thost:1.1.1.1\treq:{text}\tstatus:200\t{text}"),
    "head of a table": lambda text: csv_rows.is_table(f"time,{text}\n".encode()),
    "names of a sample": lambda text: named_fields.found_in([Pairs([(name, "x") for name in text])]),
    "text of an unknown form": lambda text: (template.propose([text]), template.lacking([text])),
    "line of JSON": lambda text: _line('{"msec": "1792485240.000", "user_agent": "' + text + '"}'),
}


def growth(read: Callable[[str], object], piece: str) -> float:
    """CPU time of a text of 32 KiB over that of 4 KiB; 0 where the long one takes little."""
    pieces = MAX_LINE_BYTES // 2 // len(piece)
    long = min(cpu.seconds(lambda: read(piece * pieces)) for _ in range(3))
    if long <= 0.02:
        return 0
    return long / min(cpu.seconds(lambda: read(piece * (pieces // 8))) for _ in range(5))


@pytest.mark.parametrize("name", READERS)
def test_time_grows_as_the_text_does(name: str) -> None:
    READERS[name]("warm")
    grown = {piece: growth(READERS[name], piece) for piece in PIECES}
    assert {piece: ratio for piece, ratio in grown.items() if ratio > MOST} == {}


def test_a_quadratic_reader_is_noticed() -> None:
    """The planted defect: what looked for the scheme of a URI anywhere in a path."""
    origin = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
    assert growth(lambda text: origin.sub("", text, count=1), "a") > MOST
