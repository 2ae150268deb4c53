"""DAGs through Airflow, without a scheduler. One test starts a real Airflow; the others its empty place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from pipeline.local_airflow import runner
from pipeline.local_airflow.runner import DagFailedError, Progress, environment_of, run_dags
from pipeline.process.lock import LockError
from pipeline.settings import Settings, SettingsError, Source
from tests.support import webhook

ADDRESSES = ["198.51.100.77", "203.0.113.88", "2001:db8:77::1"]
NEXT_DAY = datetime(2026, 11, 21, tzinfo=UTC)


def write_logs(folder: Path) -> None:
    """Three clients ask for a manifest; a fourth line is no JSON."""
    lines = [
        {
            "msec": f"{1_795_168_800 + number}.000",  # 2026-11-20 10:00:00 UTC
            "request_id": f"{number:032x}",
            "remote_addr": address,
            "method": "GET",
            "request_uri": "/v2/acme/app/manifests/1.0",
            "status": "200",
            "user_agent": f"docker/27.1.1 (from {address})",
        }
        for number, address in enumerate(ADDRESSES)
    ]
    folder.mkdir()
    text = "".join(json.dumps(line) + "\n" for line in lines) + f"{ADDRESSES[0]} is no JSON\n"
    (folder / "access.log").write_text(text, encoding="utf-8")


def files_with_an_address(folder: Path) -> list[str]:
    """Files that hold one of the addresses, as bytes."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(address.encode() in path.read_bytes() for address in ADDRESSES)
    )


def test_dags_run_to_the_end_and_the_first_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The developer's own Airflow, which must not be touched.
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "not this one"))
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(tmp_path / "nor these"))
    write_logs(tmp_path / "logs")
    data = tmp_path / "data"
    told: list[Progress] = []
    with webhook.listening() as hook, pytest.raises(DagFailedError) as caught:
        run_dags(
            {
                "PULLHOUSE_DATA": str(data),
                "PULLHOUSE_LOGS": str(tmp_path / "logs"),
                "PULLHOUSE_ALERT_URLS": hook.url,
            },
            [
                ("ingest_gateway_logs", {"everything": True}, NEXT_DAY),
                ("expire_personal_data", {}, None),
                ("rebuild_window", {"start": "2026-11-20"}, None),
                ("build_marts", {}, None),
            ],
            told.append,
        )

    ingest, expire, rebuild = caught.value.results
    assert [run["state"] for run in caught.value.results] == ["success", "success", "failed"]
    assert ingest["tasks"]["report"] == {
        "objects": 1, "already_loaded": 0, "lines": 4, "staged": 3, "quarantined": 1, "skipped": 0,
        "opted_out": 0, "without_address": 0, "refused": [], "rewritten": [], "warnings": [],
        "reasons": {"not_json": 1}, "missing_fields": {},
    }  # fmt: skip
    assert [group["objects"] for group in ingest["tasks"]["load_objects"]] == [1]
    assert expire["tasks"]["expire"]["keys_destroyed"] == []
    # DAG, task, reason and log.
    assert (rebuild["failed_task"], rebuild["tasks"]) == ("plan", {})
    assert str(caught.value).startswith("rebuild_window.plan failed: Only one end of the window is given")
    assert str(caught.value).endswith(f"The log is {rebuild['log']}.")
    assert "WindowError" in Path(rebuild["log"]).read_text(encoding="utf-8")

    # Somebody was told, once, of the one task that failed.
    assert len(hook.told) == 1
    assert "The task rebuild_window.plan failed: Only one end of the window is given" in hook.told[0]

    kinds = [(progress.kind, progress.dag_id, progress.task_id) for progress in told]
    assert kinds == [
        ("starting", None, None),
        ("ready", None, None),
        ("dag_started", "ingest_gateway_logs", None),
        ("task_done", "ingest_gateway_logs", "list_pending"),
        ("task_done", "ingest_gateway_logs", "ensure_keys"),
        ("task_done", "ingest_gateway_logs", "load_objects"),
        ("task_done", "ingest_gateway_logs", "report"),
        ("dag_done", "ingest_gateway_logs", None),
        ("dag_started", "expire_personal_data", None),
        ("task_done", "expire_personal_data", "expire"),
        ("dag_done", "expire_personal_data", None),
        ("dag_started", "rebuild_window", None),
        ("task_failed", "rebuild_window", "plan"),
        ("dag_failed", "rebuild_window", None),
    ]

    # Neither Airflow's logs and database nor the lake hold one; the same search finds them in the source.
    assert files_with_an_address(data) == []
    assert files_with_an_address(tmp_path / "logs") == ["access.log"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "logs"]


def instead_of_python(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Let a shell script take the place of the process that holds Airflow."""
    program = folder / "worker"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(runner.sys, "executable", str(program))


def test_an_airflow_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instead_of_python(monkeypatch, tmp_path, "echo no such module >&2; exit 3")
    with pytest.raises(
        DagFailedError, match="Airflow ended with code 3 before build_marts had run"
    ) as caught:
        run_dags({"PULLHOUSE_DATA": str(tmp_path / "data")}, [("build_marts", {}, None)])
    log = tmp_path / "data" / "airflow" / "logs" / "startup.log"
    assert str(log) in str(caught.value)
    assert log.read_text(encoding="utf-8") == "no such module\n"


def test_what_a_killed_airflow_has_started_ends_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt would go on writing into the warehouse, and nobody would hold its lock."""
    child = tmp_path / "child"
    start = f"sleep 600 </dev/null >/dev/null 2>&1 & echo $! >{child}"
    instead_of_python(monkeypatch, tmp_path, f"{start}; kill -9 $$")
    with pytest.raises(DagFailedError, match="ended with code -9"):
        run_dags({"PULLHOUSE_DATA": str(tmp_path / "data")}, [("build_marts", {}, None)])
    assert ends_soon(int(child.read_text(encoding="utf-8")))


def ends_soon(pid: int) -> bool:
    """Whether a process is gone, or dead and only waiting to be buried, within a second."""
    for _ in range(50):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except FileNotFoundError:
            return True
        if stat.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_running_process_does_not_end_soon() -> None:
    """The planted defect of the check above."""
    assert not ends_soon(os.getpid())


def test_two_runs_on_one_data_directory_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead_of_python(monkeypatch, tmp_path, "exit 0")
    home = tmp_path / "data" / "airflow"
    home.mkdir(parents=True)
    environment = {"PULLHOUSE_DATA": str(tmp_path / "data"), "PULLHOUSE_LOCK_WAIT_S": "0"}
    monkeypatch.setenv("PULLHOUSE_LOCK_WAIT_S", "0")
    told: list[Progress] = []
    with FileLock(home / "run.lock"), pytest.raises(LockError, match="Another run has held"):
        run_dags(environment, [], told.append)
    assert "waiting" in [progress.kind for progress in told]
    assert run_dags(environment, []) == []


def test_wrong_settings_are_told_before_airflow_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead_of_python(monkeypatch, tmp_path, "exit 9")
    monkeypatch.setenv("PULLHOUSE_LOOKBACK_DAYS", "0")
    with pytest.raises(SettingsError, match="lookback_days"):
        run_dags({"PULLHOUSE_DATA": str(tmp_path / "data")}, [("build_marts", {}, None)])


def test_an_airflow_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("_AIRFLOW_DB_MIGRATE", "true")
    environment = runner._environment({}, Settings(data=tmp_path))
    assert environment["AIRFLOW_HOME"] == str(tmp_path / "airflow")
    assert environment["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert {name for name in environment if "AIRFLOW" in name} == {
        name for name in environment_of(tmp_path) if "AIRFLOW" in name
    }


def test_only_our_own_connections_are_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the registry, and those that a source names."""
    monkeypatch.setenv("AIRFLOW_CONN_MY_STORE", "aws://")
    store = Source(location="s3://logs", connection="my_store")
    named = runner._environment({}, Settings(data=tmp_path, sources=[store]))
    assert "AIRFLOW_CONN_MY_STORE" in named
    monkeypatch.setenv("AIRFLOW_CONN_PULLHOUSE_REGISTRY", "http://reader@registry.example")
    monkeypatch.setenv("AIRFLOW_CONN_PAYROLL", "postgres://payroll.example")
    environment = runner._environment({}, Settings(data=tmp_path))
    assert [name for name in environment if name.startswith("AIRFLOW_CONN_")] == [
        "AIRFLOW_CONN_PULLHOUSE_REGISTRY"
    ]


def test_the_worker_ends_with_its_parent(tmp_path: Path, repo_root: Path) -> None:
    """However the parent ends: all that the worker sees of it is the end of its input."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "pipeline.local_airflow.worker"],
        env=os.environ | environment_of(tmp_path),
        cwd=repo_root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    worker.communicate(b"[]\n", timeout=60)
    assert worker.returncode == -signal.SIGTERM


def test_no_run_starts_beside_the_worker_of_a_killed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULLHOUSE_LOCK_WAIT_S", "0")
    home = tmp_path / "airflow"
    home.mkdir()
    survivor = FileLock(home / runner.WORKER_LOCK)
    told: list[Progress] = []
    with survivor, pytest.raises(LockError, match="Another run has held"):
        run_dags({"PULLHOUSE_DATA": str(tmp_path)}, [], told.append)
    assert [progress.kind for progress in told] == ["starting", "waiting"]
    # The lock of the run itself was given back.
    with FileLock(home / "run.lock", timeout=0):
        pass
