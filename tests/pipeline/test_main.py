"""The command line: whatever goes wrong is one line that says where and what to do, without a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from pipeline import __main__ as command_line
from pipeline import run
from pipeline.screens import status
from pipeline.settings import Settings
from pipeline.warehouse import build, plan
from pipeline.warehouse.build import BuildError

ADDRESS = "198.51.100.7"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory, configured."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULLHOUSE_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said on the error stream, which is one line."""
    text = capsys.readouterr().err
    assert text.startswith("pullhouse: ")
    assert text.count("\n") == 1
    return text


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: object) -> Any:
        raise error

    monkeypatch.setattr(status, "read", fail)


def test_what_the_operating_system_refuses(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, PermissionError(13, "Permission denied", f"{data}/lake/requests"))
    assert command_line.main(["status"]) == 1
    text = told(capsys)
    assert f"PermissionError: Permission denied: {data}/lake/requests" in text
    assert "run this again" in text


def test_what_nobody_foresaw_quotes_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, duckdb.ConversionException(f"Could not convert '{ADDRESS}'"))
    assert command_line.main(["status"]) == 1
    text = told(capsys)
    assert "ConversionException in " in text
    assert ADDRESS not in text


def test_an_interruption(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, KeyboardInterrupt())
    assert command_line.main(["status"]) == 130
    assert "interrupted" in told(capsys)


def test_a_missing_source_is_told_once(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULLHOUSE_LOGS", "/no/such/place")
    assert command_line.main(["load"]) == 2
    assert told(capsys).count("/no/such/place") == 1


@pytest.mark.parametrize("command", [["report"], ["explain", "a pull"]])
def test_damaged_marts(data: Path, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (data / "pullhouse.duckdb").write_bytes(bytes(range(256)) * 20)
    assert command_line.main(command) == 2
    text = told(capsys)
    assert f"{data / 'pullhouse.duckdb'} cannot be read" in text
    assert f"delete it: the next `make run DATA={data}`" in text


@pytest.mark.parametrize("command", [["report"], ["explain", "a pull"]])
def test_marts_of_an_older_version(
    data: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (data / "marts.duckdb").touch()
    assert command_line.main(command) == 2
    text = told(capsys)
    assert f"{data / 'marts.duckdb'} was published by an older version" in text
    assert f"it builds {data / 'pullhouse.duckdb'} from the lake" in text


def test_a_catalogue_that_is_missing_ends_a_run_before_it_begins(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (data.parent / "a.log").write_text("{}\n", "utf-8")
    monkeypatch.setenv("PULLHOUSE_LOGS", str(data.parent / "a.log"))
    monkeypatch.setenv("PULLHOUSE_CATALOGUE", "/no/catalogue.json")
    monkeypatch.setattr(run, "run_dags", lambda *_: pytest.fail("Airflow was started"))
    assert command_line.main(["run"]) == 2
    assert "/no/catalogue.json: No such file or directory" in told(capsys)


@pytest.mark.parametrize("text", ["{", "[]", '{"load_ids": []}'])
def test_a_damaged_publication_means_a_rebuild(data: Path, text: str) -> None:
    settings = Settings(data=data)
    settings.marts.touch()
    settings.publication.write_text(text, "utf-8")
    assert plan.read_publication(settings) == {"load_ids": [], "fingerprint": None, "catalogue": []}


def test_a_damaged_warehouse(data: Path) -> None:
    settings = Settings(data=data)
    plan.write(settings)
    settings.warehouse.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(
        BuildError, match=r"warehouse\.duckdb cannot be opened .*delete the file and run this"
    ):
        build.run(settings)


def test_a_lake_that_lost_a_file(data: Path) -> None:
    settings = Settings(data=data)
    plan.write(settings)
    lost = data / "lake" / "requests" / "date=2026-05-01" / f"{'a' * 32}.parquet"
    with duckdb.connect() as con:
        con.execute(
            f"copy (from '{settings.plan}' union all by name select 'read' as kind, '{lost}' as file)"
            f" to '{settings.plan}' (format parquet)"
        )
    with pytest.raises(BuildError) as caught:
        build.run(settings)
    assert f"The lake lacks 1 files that the ledger names; the first is {lost}" in str(caught.value)
    assert f"remove the entry {'a' * 32} from" in str(caught.value)


FAILED_ANSWERS = {
    "manifests": {"failed": 2, "reasons": {"timeout": 2}},
    "totals": {"asked": 1, "learned": 0, "failed": {"hub acme/app": "HTTP 503"}},
}


@pytest.mark.parametrize(
    ("published", "said"),
    [
        (
            {"load_ids": ["a"], "catalogue": ["x"]},
            "Nothing new: all 1 objects were loaded before. The marts are",
        ),
        ({"load_ids": ["a"], "catalogue": ["x", "y"]}, "The marts were built anew"),
        ({"load_ids": ["a", "b"], "catalogue": ["x"]}, "The marts were built anew"),
    ],
    ids=["nothing happened", "the catalogue grew", "a killed run is made good"],
)
def test_a_run_that_loads_nothing_says_whether_the_marts_changed(
    data: Path, monkeypatch: pytest.MonkeyPatch, published: dict[str, Any], said: str
) -> None:
    monkeypatch.setattr(run, "read_publication", lambda settings: published)
    console = Console(width=200)
    results = [
        {"dag_id": "refresh_reference_data", "tasks": {}},
        {"dag_id": "ingest_gateway_logs", "tasks": {}},
        {"dag_id": "build_marts", "tasks": {"ask_registries": FAILED_ANSWERS}},
    ]
    with console.capture() as capture:
        run.say_what_was_loaded(
            results, Settings(data=data), {"load_ids": ["a"], "catalogue": ["x"]}, console
        )
    assert said in capture.get()
    assert "The registry did not tell what 2 manifests are: timeout 2." in capture.get()
    assert "No public total of hub acme/app: HTTP 503" in capture.get()


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        (["dbt"], 'No dbt command is given. For instance: make dbt ARGS="test".'),
        (["explain", ""], "No session is named: make explain PULL=<pull_id>"),
        (["calibrate"], "make calibrate LABELS=<csv>"),
    ],
    ids=["dbt", "explain", "calibrate"],
)
def test_a_command_without_what_it_needs(
    data: Path, command: list[str], advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main(command) == 2
    assert advice in told(capsys)


def test_labels_that_are_not_there(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULLHOUSE_LABELS", "/no/labels.csv")
    assert command_line.main(["calibrate"]) == 2
    assert "/no/labels.csv cannot be read: No such file or directory" in told(capsys)


@pytest.mark.parametrize("command", ["plan", "build"])
@pytest.mark.parametrize(
    ("window", "complaint"),
    [
        (["--start", "2026-11-16"], "Only one end of the window is given"),
        (["--end", "2026-11-16"], "Only one end of the window is given"),
        (["--start", "2026-11-16", "--end", "2026-11-15"], "is no window"),
    ],
    ids=["no end", "no start", "the wrong way round"],
)
def test_half_a_window_is_none(
    data: Path, command: str, window: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main([command, *window]) == 2
    assert complaint in told(capsys)


def test_a_date_is_written_as_dates_are(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command_line.main(["plan", "--start", "yesterday", "--end", "2026-11-16"])
    assert "'yesterday' is not a date: write it as yyyy-mm-dd" in capsys.readouterr().err


def test_a_build_without_a_plan(data: Path) -> None:
    with pytest.raises(BuildError, match=r"There is no .*plan\.parquet: plan before you build"):
        build.run(Settings(data=data))


@pytest.mark.parametrize(
    "command",
    [
        ["status"], ["status", "--json"], ["report"], ["explain", "a pull"], ["calibrate"], ["expire"],
        ["publish"], ["plan"], ["build"], ["dbt", "test"], ["catalogue"],
        ["reenrich", "--start", "2026-01-01", "--end", "2026-01-02"],
    ],
    ids=lambda command: command[0],
)  # fmt: skip
def test_a_mistyped_data_directory_is_not_made(
    data: Path, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULLHOUSE_DATA", str(data.parent / "date"))
    assert command_line.main(command) == 2
    assert f"The data directory {data.parent / 'date'} does not exist" in told(capsys)
    assert not (data.parent / "date").exists()


def test_doctor_leaves_no_data_directory_behind(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It samples before anything is loaded; what it copies may lie in landing/ only."""
    (data.parent / "a.log").write_text(
        '{"msec": "1777629600.0", "remote_addr": "192.0.2.1", "method": "GET", "request_uri": "/v2/",'
        ' "status": "200", "user_agent": "x"}\n',
        "utf-8",
    )
    monkeypatch.setenv("PULLHOUSE_LOGS", str(data.parent / "a.log"))
    monkeypatch.setenv("PULLHOUSE_DATA", str(data.parent / "deep" / "new"))
    assert command_line.main(["doctor"]) == 0
    assert "Read 1 lines of 1 objects" in capsys.readouterr().out
    assert not (data.parent / "deep").exists()
    # What was there before stays.
    monkeypatch.setenv("PULLHOUSE_DATA", str(data))
    assert command_line.main(["doctor"]) == 0
    assert data.is_dir()


def test_status_tells_a_program(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["status", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["state"] == "look"


def test_a_run_on_what_was_refused_before_says_so_again(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is tried, nothing fails, and there is nothing to show: that is no success."""
    log = data.parent / "a.log"
    log.write_text("<html>\n", "utf-8")
    monkeypatch.setenv("PULLHOUSE_LOGS", str(log))
    assert command_line.main(["load"]) == 1
    assert command_line.main(["load"]) == 1
    monkeypatch.setattr(run, "run_dags", lambda *_: [])
    capsys.readouterr()
    assert command_line.main(["run"]) == 1
    said = capsys.readouterr().out
    assert "nothing could be loaded, so there are no figures." in said
    assert "Refused objects: 1." in said
    assert f"Refused: {log}: is no access log that can be read: it begins with XML or HTML" in said


def test_a_run_says_what_it_lost(data: Path) -> None:
    counts = {"objects": 1, "lines": 105, "skipped": 5, "staged": 95, "quarantined": 5, "without_address": 1}
    report = counts | {"reasons": {"missing_field": 5}, "missing_fields": {"status": 5}}
    report |= {"rewritten": ["s3://logs/a.log"]}
    results = [{"dag_id": "ingest_gateway_logs", "tasks": {"report": report}}]
    console = Console(width=400)
    with console.capture() as capture:
        run.say_what_was_lost(results, Settings(data=data), console)
    said = capture.get()
    assert "In the quarantine: 5 of 100 lines (5.0 %): missing_field 5 (status 5)." in said
    assert "Without an address: 1 of 95 requests (1.1 %)." in said
    assert "Warning: s3://logs/a.log was rewritten since it was loaded." in said
    assert said.count("Warning: ") == 3
    with console.capture() as capture:
        run.say_what_was_lost(results, Settings(data=data, quarantine_warning_share=0.02), console)
    assert capture.get().count("Warning: ") == 2
