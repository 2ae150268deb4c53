"""The lines that a long run says of itself, with a clock of the test's own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pipeline.loading import pending
from pipeline.loading.load import load_group
from pipeline.process import progress, underway
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


def test_one_large_file_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, clock = Settings(data=tmp_path), Clock()
    monkeypatch.setattr(underway.time, "time", clock)
    watch = Watch(settings, [{"size": 8_000_000}], print, clock)
    watch.begin("ingest_gateway_logs")
    with underway.noted(settings.landing, 8_000_000) as note:
        clock.now += 14
        assert watch.line() == "0 of 1 file loaded; 8.0 MB to read, 14 s so far"
        # 14 % in 14 seconds: 86 more, and no further than the stage reaches, which is 57 %.
        note.stage("read", 1_000_000)
        assert watch.line() == "0 of 1 file loaded, 140,000 lines, 10,000 a second, about 86 s left"
        clock.now += 6
        assert watch.line() == "0 of 1 file loaded, 200,000 lines, 10,000 a second, about 80 s left"
        clock.now += 80
        assert watch.line() == "0 of 1 file loaded, 570,000 lines, 5,700 a second, about 75 s left"
        note.stage("write", 1_000_000)
        assert "840,000 lines" in str(watch.line())
    entry(settings, "one", 8_000_000, 1_000_000, clock.now)
    assert watch.line() == "1 of 1 file loaded, 1,000,000 lines, 10,000 a second"


def test_a_note_of_a_killed_load_is_passed_over(tmp_path: Path) -> None:
    settings, clock = Settings(data=tmp_path), Clock()
    folder = settings.landing / "underway"
    folder.mkdir(parents=True)
    note = {"size": 5, "lines": 7, "share": 0.5, "until": 1.0, "began": START - 20, "at": START - 10}
    (folder / "1.json").write_text(json.dumps(note))
    (folder / "2.json").write_text("half")
    watch = Watch(settings, [{"size": 1_000_000}], print, clock)
    watch.begin("ingest_gateway_logs")
    assert watch.line() == "0 of 1 file loaded; 1.0 MB to read, 0 s so far"


def test_a_load_notes_its_stages_and_takes_the_note_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages: list[tuple[str, int]] = []
    told = underway.Note.stage

    def noted(note: underway.Note, name: str, lines: int) -> None:
        told(note, name, lines)
        stages.append((name, lines))
        assert [path.suffix for path in (tmp_path / "landing" / "underway").iterdir()] == [".json"]

    monkeypatch.setattr(underway.Note, "stage", noted)
    log = tmp_path / "a.jsonl"
    line = {
        "msec": "1773000000.000", "request_id": "r1", "remote_addr": "192.0.2.1", "method": "GET",
        "request_uri": "/v2/team/app/manifests/1.0", "status": "200", "user_agent": "docker/27.1",
    }  # fmt: skip
    log.write_text(json.dumps(line) + "\n" + json.dumps(line | {"request_id": "r2"}) + "\n")
    settings = Settings(data=tmp_path, logs=str(log))
    summary = load_group(settings, pending.find(settings))
    assert summary["lines"] == 2
    assert stages == [("read", 2), ("attributes", 2), ("write", 2)]
    assert list((tmp_path / "landing" / "underway").iterdir()) == []


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
