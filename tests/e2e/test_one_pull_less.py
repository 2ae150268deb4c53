"""Deleting one recorded pull from the input changes exactly the figures of the screen that it should."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipeline.screens import report
from tests.support.counted import Counted, united_catalogue
from tests.support.layouts import started_at, write
from tests.support.warehouse import make

DELETED = "docker.cold-tag"


def test_one_pull_less(counted: Counted, tmp_path: Path) -> None:
    """One cold pull of docker: a download by one origin, two manifest GETs, nothing else in that hour."""
    layout = counted.separate
    placed = next(entry for entry in layout.placed if entry.scenario == DELETED)
    kept = [line for line in layout.lines if not placed.starts_at <= started_at(line) < placed.ends_at]
    assert len(layout.lines) - len(kept) == 8
    shutil.copytree(counted.warehouse.settings.logs or "", tmp_path / "logs")
    write(kept, tmp_path / "logs" / f"{layout.seed}.jsonl")
    catalogue = tmp_path / "catalogue.json"
    catalogue.write_text(json.dumps(united_catalogue(counted.layouts)), "utf-8")
    before = report.read(counted.warehouse.settings)
    after = report.read(make(tmp_path / "data", tmp_path / "logs", catalogue).settings)
    assert after == expected(before, placed.starts_at)


def expected(before: report.Report, at: datetime) -> report.Report:
    """The figures by hand: one download and one origin less in its week, one pull less for every counter."""
    weeks = [
        replace(
            week, download_count=week.download_count - 1, unique_origin_count=week.unique_origin_count - 1
        )
        if 0 <= (at.date() - week.starts_on).days < 7
        else week
        for week in before.weeks
    ]
    assert before.counters is not None
    counters = replace(
        before.counters,
        download_count=before.counters.download_count - 1,
        docker_pull_count=before.counters.docker_pull_count - 1,
        scarf_pull_count=before.counters.scarf_pull_count - 1,
    )
    years = [
        replace(
            year, download_count=year.download_count - 1, unique_origin_count=year.unique_origin_count - 1
        )
        if year.year == at.year
        else year
        for year in before.years
    ]
    gone = {
        "client": "docker", "country": "unknown", "cloud": "unknown",
        "platform": "linux/amd64", "environment": "unknown",
    }  # fmt: skip
    tops = {name: _one_less(entries, gone[name]) for name, entries in before.tops.items()}
    return replace(before, weeks=weeks, years=years, counters=counters, tops=tops)


def _one_less(entries: list[tuple[str, int, int]], gone: str) -> list[tuple[str, int, int]]:
    """One download less of a value; the most downloads first, then the most checks, then by name."""
    less = [(value, downloads - (value == gone), checks) for value, downloads, checks in entries]
    return sorted(less, key=lambda entry: (-entry[1], -entry[2], entry[0]))
