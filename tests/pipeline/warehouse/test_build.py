"""dbt by hand: what may write is not published. And builds that the machine has too little for."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ByteSize

from pipeline.process.resources import ResourceError
from pipeline.settings import Settings
from pipeline.warehouse import build, dbt_process, plan, publish


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A tested warehouse (its marker, at least), and dbt replaced by nothing."""
    settings = Settings(data=tmp_path)
    plan.write(settings)
    settings.tested.write_text("{}", "utf-8")
    monkeypatch.setattr(dbt_process, "run", lambda *_, **__: (0, tmp_path / "log"))
    return settings


@pytest.mark.parametrize(
    ("command", "is_there", "runs"),
    [
        ("test", False, [build.OF_SCRATCH, ["test"]]),
        ("show", False, [build.OF_SCRATCH, ["show"]]),
        # Made by a command before, since the last build.
        ("test", True, [["test"]]),
        ("list", False, [["list"]]),
    ],
)
def test_what_a_build_kept_in_memory_is_made_for_who_reads_it(
    command: str, is_there: bool, runs: list[list[str]], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(dbt_process, "run", lambda _, arguments, **__: (seen.append(arguments) or 0, None))
    if is_there:
        settings.scratch.touch()
    build.run_by_hand(settings, [command])
    assert seen == runs


@pytest.mark.parametrize(
    "arguments", [["test"], ["list", "--select", "fct_pulls"], ["show", "--inline", "select 1"]]
)
def test_reading_leaves_the_warehouse_tested(settings: Settings, arguments: list[str]) -> None:
    assert build.run_by_hand(settings, arguments) == 0
    assert settings.tested.exists()
    assert not settings.rebuilding.exists()


@pytest.mark.parametrize("arguments", [["run", "--full-refresh"], ["build"], ["seed"], []])
def test_writing_makes_it_untested_and_the_next_build_a_full_one(
    settings: Settings, arguments: list[str]
) -> None:
    build.run_by_hand(settings, arguments)
    assert settings.rebuilding.exists()
    with pytest.raises(publish.PublishError):
        publish.publish(settings)


MEMORY = """Runtime Error in model int_clients (models/intermediate/requests/int_clients.sql)
  Out of Memory Error: failed to allocate data of size 2.0 MiB (26.9 MiB/28.6 MiB used)"""
DISK = """Runtime Error in model int_clients (models/intermediate/requests/int_clients.sql)
  IO Error: Could not write file "./scratch.duckdb": No space left on device"""


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (MEMORY, r"more memory than memory_limit \(1.0GiB\) allows, in int_clients\. .*Raise memory_limit"),
        (DISK, r"^No space left on device: \./scratch\.duckdb\. "),
    ],
)
def test_what_the_machine_lacks_is_no_fault_of_a_model(
    message: str, expected: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings.model_copy(update={"memory_limit": ByteSize(2**30)})
    monkeypatch.setattr(dbt_process, "run", lambda *_, **__: (1, settings.data / "log"))
    failed = {"unique_id": "model.pullhouse.int_clients", "status": "error", "message": message}
    monkeypatch.setattr(build, "read_results", lambda _: [failed])
    with pytest.raises(ResourceError, match=expected):
        build.run(settings)
    assert not settings.tested.exists()
