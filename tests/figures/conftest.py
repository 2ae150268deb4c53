"""One warehouse for this folder: each subject has repositories of its own."""

from __future__ import annotations

import json

import pytest

from pipeline.settings import Settings, Source
from tests.figures import artifacts, behaviour, coverage, events, exposure, unusual
from tests.support.layouts import Line, write
from tests.support.warehouse import Warehouse, build_and_publish, load_logs


def with_headers(lines: list[Line]) -> list[Line]:
    """As a log writes them that knows the bytes of bodies and of whole answers."""
    return [line | {"bytes_sent": str(int(line["body_bytes_sent"]) + 440)} for line in lines]


@pytest.fixture(scope="session")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Two sources: `edge` has lines of January 2025 only."""
    folder = tmp_path_factory.mktemp("figures")
    write(coverage.lines(coverage.MAIN, "198.51.100.1"), folder / "main" / "coverage.jsonl")
    write(with_headers(artifacts.lines()), folder / "main" / "artifacts.jsonl")
    write(unusual.lines(), folder / "main" / "unusual.jsonl")
    write(events.lines(), folder / "main" / "events.jsonl")
    (folder / "events.csv").write_text(events.CALENDAR, "utf-8")
    (folder / "registry_totals.csv").write_text(events.TOTALS, "utf-8")
    write(exposure.lines(), folder / "main" / "exposure.jsonl")
    (folder / "advisories.csv").write_text(exposure.ADVISORIES, "utf-8")
    write(behaviour.lines(), folder / "main" / "behaviour.jsonl")
    write(coverage.lines(coverage.EDGE, "198.51.100.2"), folder / "edge" / "coverage.jsonl")
    sources = [Source(name=name, location=str(folder / name)) for name in ("main", "edge")]
    catalogue = folder / "catalogue.json"
    catalogue.write_text(json.dumps(artifacts.catalogue()), "utf-8")
    settings = Settings(
        data=folder / "data",
        sources=sources,
        catalogue=catalogue,
        events=folder / "events.csv",
        advisories=folder / "advisories.csv",
        registry_totals=folder / "registry_totals.csv",
    )
    settings.data.mkdir()
    loaded = load_logs(settings)
    build_and_publish(settings)
    return Warehouse(settings, loaded)
