"""Each format and each envelope reads its own samples, through both readers, and no other takes them."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import ingest.envelopes
import ingest.formats
from ingest.envelopes import ENVELOPES
from ingest.envelopes.peel import peel
from ingest.fields import COLUMNS
from ingest.formats import BY_NAME, FORMATS
from ingest.formats.limits import unknowable
from ingest.formats.model import AnyFormat, Sample, TextFormat
from ingest.strict import Context, document_of, fit, read_text

# 2026-11-01T00:00:00Z: the samples of syslog, whose times have no year, are of October 2026.
WRITTEN = 1_793_491_200
# The rooms' own tools; every other file in them is one declaration.
TOOLS = {"model", "own", "choice", "nginx_variables", "twins", "limits", "named_fields", "peel"}
SAMPLES = [
    pytest.param(item, line, expected, id=f"{item.name} {number}")
    for item in FORMATS
    for number, (line, expected) in enumerate(item.samples)
]


def test_every_file_of_the_rooms_is_tried() -> None:
    for room, known in ((ingest.formats, FORMATS), (ingest.envelopes, ENVELOPES)):
        files = {module.name for module in pkgutil.iter_modules(room.__path__)} - TOOLS
        assert len(files) == len(known)


@pytest.mark.parametrize(
    "item",
    [item for item in FORMATS if isinstance(item, TextFormat) and item.is_printable],
    ids=lambda item: item.name,
)
def test_the_fast_pattern_finds_printable_text_only(item: TextFormat) -> None:
    """The query does not look at such texts again: wherever an odd character stands, no group has it."""
    pattern = re.compile(item.fast[0], re.DOTALL)
    lines = [line for line in (bare(item, sample) for sample in item.samples) if pattern.match(line)]
    # Classic Artifactory's two sample lines are left to the strict reader.
    assert lines or item.name == "artifactory-classic"
    for line in lines:
        for place in range(len(line)):
            for odd in ("\x01", "\x7f", "é", "\u2028"):
                found = pattern.match(f"{line[:place]}{odd}{line[place + 1 :]}")
                assert not found or odd not in "".join(group or "" for group in found.groups())


def bare(item: TextFormat, sample: Sample) -> str:
    """The line of a sample without the envelopes around it."""
    text = sample[0]
    while not item.strict.fullmatch(text) and (peeled := peel(text, document_of(text), depth=0)):
        text = peeled.line
    return text


def test_a_pattern_that_finds_anything_is_not_taken_for_printable() -> None:
    """The planted defect."""
    assert replace(BY_NAME["combined"], pattern='<remote_addr> "<user_agent>"').is_printable
    assert not replace(BY_NAME["combined"], pattern='<remote_addr> "<user_agent:anything>"').is_printable


def test_every_format_has_a_source_and_samples() -> None:
    for item in (*FORMATS, *ENVELOPES):
        assert item.source.startswith("https://"), item.name
        assert item.samples, item.name
        assert item.title, item.name


def test_the_documentation_has_every_format_and_envelope_in_order() -> None:
    """`docs/log-format.md` says which names LOG_FORMAT takes, and what each format cannot know."""
    page = (Path(__file__).parents[2] / "docs" / "log-format.md").read_text()
    rows = re.findall(r"^\| (.+?) \| `([a-z0-9-]+)` \| (.+?) \| (.*?) ?\|$", page, re.MULTILINE)
    wanted = [
        (item.title, item.name, unknowable(item) or "nothing is missing", item.advice) for item in FORMATS
    ]
    assert rows == wanted
    assert ", ".join(item.title for item in ENVELOPES) in page


@pytest.mark.parametrize("strictly", [False, True], ids=["both readers", "strict reader"])
@pytest.mark.parametrize(("item", "line", "expected"), SAMPLES)
def test_a_format_reads_its_sample(
    item: AnyFormat, line: str, expected: dict[str, Any], strictly: bool, read: Callable[..., Any]
) -> None:
    reading = read(line.encode() + b"\n", strictly=strictly, modified=WRITTEN)
    assert reading.counts.formats == {item.name: 1}
    row = reading.rows[0]
    row["logged_at"] = row["logged_at"].isoformat(timespec="microseconds")
    wanted = dict(expected)
    if "logged_at" in wanted:
        wanted["logged_at"] = datetime.fromisoformat(wanted["logged_at"]).isoformat(timespec="microseconds")
    assert {name: row[name] for name in wanted} == wanted


def test_a_pattern_that_reads_another_field_would_be_noticed() -> None:
    combined = ingest.formats.BY_NAME["combined"]
    line, expected = combined.samples[0]
    swapped = replace(combined, pattern=combined.pattern.replace("<body_bytes_sent>", "<bytes_sent>"))  # type: ignore[call-arg]
    row, _ = read_text(1, line, Context(formats=(swapped,)))
    read = dict(zip(COLUMNS, row, strict=True))
    assert expected["body_bytes_sent"] == read["bytes_sent"] != read["body_bytes_sent"]


@pytest.mark.parametrize(
    ("envelope", "sample"),
    [
        pytest.param(item, sample, id=f"{item.name} {n}")
        for item in ENVELOPES
        for n, sample in enumerate(item.samples)
    ],
)
def test_an_envelope_is_peeled_by_itself_only(envelope: Any, sample: Any) -> None:
    outer, line, time, host = sample
    peeled = peel(outer, document_of(outer), depth=0)
    assert peeled is not None
    assert (peeled.envelope, peeled.line, peeled.time, peeled.host) == (envelope.name, line, time, host)


@pytest.mark.parametrize(("item", "line", "expected"), SAMPLES)
def test_no_earlier_format_takes_the_sample_of_a_later_one(
    item: AnyFormat, line: str, expected: dict[str, Any]
) -> None:
    assert fit(line, FORMATS).log_format is item
