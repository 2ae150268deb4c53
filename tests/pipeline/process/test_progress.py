"""The lines that a long run says of itself, with a clock of the test's own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pipeline.process import progress
from pipeline.process.progress import Watch
from pipeline.settings import Settings

START = 1_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


def entry(settings: Settings, name: str, size: int, lines: int, at: float) -> None:
    path = settings.loads / "2026-03" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"size": size, "line_count": lines}))
    os.utime(path, (at, at))


def test_files_lines_rate_and_what_is_left(tmp_path: Path) -> None:
    settings, clock = Settings(data=tmp_path), Clock()
    watch = Watch(settings, [{"size": 3_000_000}, {"size": 1_000_000}], print, clock)
    entry(settings, "of-an-earlier-run", 9, 9, START - 60)
    assert watch.line() is None
    watch.begin("ingest_gateway_logs")
    clock.now += 6
    assert watch.line() == "0 of 2 files loaded; 4.0 MB to read, 6 s so far"
    clock.now += 4
    entry(settings, "one", 1_000_000, 5_000, START + 8)
    # A quarter of the bytes in 10 seconds: 30 more.
    assert watch.line() == "1 of 2 files loaded, 5,000 lines, 500 a second, about 30 s left"
    clock.now += 10
    entry(settings, "other", 3_000_000, 15_000, START + 19)
    assert watch.line() == "2 of 2 files loaded, 20,000 lines, 1,000 a second"


def test_steps_of_the_build(tmp_path: Path) -> None:
    clock = Clock()
    watch = Watch(Settings(data=tmp_path), [], print, clock)
    log = tmp_path / "dbt" / "output.log"
    log.parent.mkdir()
    log.write_text("12:00:00  90 of 100 OK created sql table model\n")
    os.utime(log, (START - 60, START - 60))
    watch.begin("build_marts")
    assert watch.line() is None
    for seconds, step, said in ((0, 10, ""), (20, 30, ", about 70 s left"), (70, 100, "")):
        clock.now += seconds
        log.write_text(f"12:00:00  {step} of 100 START sql table model\n12:00:00  1 warning\n")
        os.utime(log, (clock.now, clock.now))
        assert watch.line() == f"step {step} of 100 of the build{said}"
    watch.begin(None)
    assert watch.line() is None


def test_nothing_to_load_and_no_output_say_nothing(tmp_path: Path) -> None:
    watch = Watch(Settings(data=tmp_path), [], print)
    for dag in ("ingest_gateway_logs", "build_marts", "expire_personal_data"):
        watch.begin(dag)
        assert watch.line() is None


def test_a_line_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY_S", 0.001)
    said: list[str] = []
    clock = Clock()
    with Watch(Settings(data=tmp_path), [{"size": 1_000_000}], said.append, clock) as watch:
        watch.begin("ingest_gateway_logs")
        while not said:
            pass
        for _ in range(20):
            watch.line()
    assert said == ["ingest_gateway_logs: 0 of 1 file loaded; 1.0 MB to read, 0 s so far"]
