"""Bad input gets a clear message that names object and reason, or the quarantine; no silent loss."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import duckdb
import pytest

from pipeline.__main__ import main
from tests.support.factories import Traffic

GOOD = Traffic("bad/input", "198.51.100.40")
GOOD.manifest("2026-05-01 10:00:00", "HEAD", "latest")
GOOD_LINE = json.dumps(GOOD.lines[0])


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for logs, configured as the only source of an empty data directory."""
    folder = tmp_path / "logs"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULLHOUSE_LOGS", str(folder))
    monkeypatch.setenv("PULLHOUSE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("PULLHOUSE_CATALOGUE", raising=False)
    return folder


@pytest.mark.parametrize("command", ["run", "load", "doctor"])
def test_missing_source(
    logs: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULLHOUSE_LOGS", str(logs / "nowhere.log"))
    assert main([command]) == 2
    said = capsys.readouterr().err
    assert "nowhere.log" in said
    assert "Traceback" not in said


def test_empty_folder(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run"]) == 2
    assert str(logs) in capsys.readouterr().err


def test_folder_of_other_files(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (logs / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (logs / "notes.pdf").write_bytes(b"%PDF-1.7\n")
    assert main(["load"]) != 0
    said = "".join(capsys.readouterr())
    assert "logs" in said
    assert "Traceback" not in said


def test_truncated_gzip_alone(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (logs / "cut.log.gz").write_bytes(gzip.compress((GOOD_LINE + "\n").encode() * 100)[:-20])
    assert main(["load"]) == 1
    assert "cut.log.gz" in "".join(capsys.readouterr())


def test_truncated_gzip_beside_a_good_object(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (logs / "cut.log.gz").write_bytes(gzip.compress((GOOD_LINE + "\n").encode() * 100)[:-20])
    (logs / "good.log").write_text(GOOD_LINE + "\n", "utf-8")
    assert main(["load"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["objects"], told["lines"], told["staged"]) == (1, 1, 1)
    assert len(told["refused"]) == 1
    assert "cut.log.gz" in told["refused"][0]


def test_bad_lines_are_quarantined_with_reason_and_number(logs: Path, tmp_path: Path) -> None:
    lines = [
        GOOD_LINE,
        "this is no JSON",
        json.dumps(GOOD.lines[0] | {"status": {"a": 1}}),
        json.dumps(GOOD.lines[0] | {"msec": "yesterday"}),
        json.dumps({key: value for key, value in GOOD.lines[0].items() if key != "remote_addr"}),
        GOOD_LINE[:40],
        GOOD_LINE.replace("bad/input", "bad/input2"),
    ]
    (logs / "mixed.log").write_text("\n".join(lines) + "\n", "utf-8")
    assert main(["load"]) == 0
    with duckdb.connect() as con:
        pattern = str(tmp_path / "data" / "lake" / "quarantine" / "**" / "*.parquet")
        found = con.execute(
            "select line_number, reason > '' from read_parquet(?) order by line_number",
            [pattern],
        ).fetchall()
        requests = str(tmp_path / "data" / "lake" / "requests" / "*" / "*.parquet")
        kept = con.execute("select line_number from read_parquet(?) order by 1", [requests]).fetchall()
    assert found == [(number, True) for number in (2, 3, 4, 5, 6)]
    assert kept == [(1,), (7,)]


def test_unknown_log_format(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (logs / "other.log").write_text("<134>Oct 11 22:14:15 gateway: something else\n" * 20, "utf-8")
    assert main(["load"]) == 1
    said = "".join(capsys.readouterr())
    assert "other.log" in said
    assert "something else" not in said


def test_log_format_that_does_not_exist(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULLHOUSE_LOG_FORMAT", "apache")
    assert main(["load"]) == 2
    assert "log_format" in capsys.readouterr().err


def test_damaged_key(logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (logs / "good.log").write_text(GOOD_LINE + "\n", "utf-8")
    assert main(["load"]) == 0
    (logs / "later.log").write_text(GOOD_LINE.replace("bad/input", "bad/input2") + "\n", "utf-8")
    for key in (tmp_path / "data" / "keys").iterdir():
        if key.is_file():
            key.write_bytes(b"short")
    capsys.readouterr()
    assert main(["load"]) == 2
    said = capsys.readouterr().err
    assert "keys" in said
    assert "Traceback" not in said


def test_data_directory_that_is_a_file(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("", "utf-8")
    monkeypatch.setenv("PULLHOUSE_DATA", str(tmp_path / "taken"))
    assert main(["status"]) == 2
    assert "taken" in capsys.readouterr().err
