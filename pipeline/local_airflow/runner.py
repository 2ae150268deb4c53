"""Run DAGs once, to the end, through Airflow, without a scheduler.

Airflow lives in a process of its own (`pipeline.local_airflow.worker`), started once for all runs: its
environment, its log and its signals stay apart from the caller's, and its start-up is paid once.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import AcquireReturnProxy, FileLock, Timeout

from pipeline.paths import REPOSITORY_ROOT
from pipeline.process.lock import LockError
from pipeline.settings import Settings, load_settings

GRACE_S = 10
# Held by the process that holds Airflow, as long as it lives.
WORKER_LOCK = "worker.lock"
# The caller's own Airflow (another database, other DAGs, another executor) must not be touched.
NOT_INHERITED = ("AIRFLOW_", "_AIRFLOW_")
# The connections that are ours: the user of the registry (dags/build_marts.py), and those of the sources.
CONNECTION = "AIRFLOW_CONN_"
OF_THE_REGISTRY = "PULLHOUSE_REGISTRY"

RunRequest = tuple[str, dict[str, Any], datetime | None]


@dataclass(frozen=True, slots=True)
class Progress:
    """What happens while DAGs run: `text` is a line to print as it is.

    kind: "starting" (Airflow itself), "waiting" (for another run), "ready", "dag_started", "task_done",
    "task_skipped", "task_failed", "dag_done", "dag_failed".
    """

    kind: str
    text: str
    dag_id: str | None = None
    task_id: str | None = None
    seconds: float | None = None


class DagFailedError(RuntimeError):
    """A DAG did not end well; `results` holds what ran, the failed one last."""

    def __init__(self, message: str, results: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.results = results


def run_dags(
    settings_env: dict[str, str],
    runs: list[RunRequest],
    on_progress: Callable[[Progress], None] | None = None,
) -> list[dict[str, Any]]:
    """Run the DAGs one after the other, each with its conf and logical date (UTC, or None).

    `settings_env`: PULLHOUSE_* variables for the run, on top of this process's own. Returns one dict a run:
    `dag_id`, `state` ("success"), `seconds`, `log` (path), `tasks` (task id → what it returned, where that is
    a dict of counts; a list of them for a mapped task; only tasks that ran). Stops at the first DAG that
    fails and raises DagFailedError naming DAG, task, reason and log. Raises SettingsError when the settings
    are wrong, LockError when another such run on the same data directory does not end in time.
    """
    notify = on_progress or (lambda progress: None)
    settings = _settings(settings_env)
    environment = _environment(settings_env, settings)
    home = Path(environment["AIRFLOW_HOME"])
    (home / "logs").mkdir(parents=True, exist_ok=True)
    request = [
        {"dag_id": dag_id, "conf": conf, "logical_date": date.isoformat() if date else None}
        for dag_id, conf, date in runs
    ]
    notify(Progress("starting", "starting Airflow …"))
    results: list[dict[str, Any]] = []
    startup_log = home / "logs" / "startup.log"
    with _alone(home, settings.lock_wait_s, notify), _worker(environment, startup_log) as worker:
        for event in _events(worker, request):
            if event["kind"] == "result":
                results.append(event["result"])
                notify(_finished(event["result"]))
            else:
                notify(_progress(event))
    _check(results, [dag_id for dag_id, _, _ in runs], worker.returncode, startup_log)
    return results


def environment_of(data: Path) -> dict[str, str]:
    """The AIRFLOW_* variables of the Airflow that belongs to this data directory."""
    home = data / "airflow"
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY_ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "utc",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "SCARF_ANALYTICS": "false",
        "DO_NOT_TRACK": "1",
    }


def _settings(settings_env: dict[str, str]) -> Settings:
    data = settings_env.get("PULLHOUSE_DATA")
    return load_settings(data=Path(data)) if data else load_settings()


@contextmanager
def _alone(home: Path, wait_s: int, notify: Callable[[Progress], None]) -> Iterator[None]:
    """Two runs of the same DAG and date in one Airflow would delete each other's state.

    The worker of a run that was killed may live on for a moment: it holds a lock of its own.
    """
    lock = FileLock(home / "run.lock")
    try:
        _acquire(lock, wait_s, notify)
        with _acquire(FileLock(home / WORKER_LOCK), wait_s, notify):
            pass
    except Timeout:
        lock.release()
        raise LockError(
            f"Another run has held {home} for {wait_s} s. Wait for it to end, then run this again."
        ) from None
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, wait_s: int, notify: Callable[[Progress], None]) -> AcquireReturnProxy[FileLock]:
    """Take the lock; say so where that takes time. Raises Timeout."""
    with suppress(Timeout):
        return lock.acquire(timeout=0)
    home = Path(lock.lock_file).parents[1]
    notify(Progress("waiting", f"another run is at work in {home}; waiting {wait_s} s at most …"))
    return lock.acquire(timeout=wait_s)


def _environment(settings_env: dict[str, str], settings: Settings) -> dict[str, str]:
    connections = [source.connection for source in settings.all_sources if source.connection]
    ours = {CONNECTION + name.upper() for name in [OF_THE_REGISTRY, *connections]}
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in ours or not name.startswith(NOT_INHERITED)
    }
    python_path = os.pathsep.join(
        part for part in (str(REPOSITORY_ROOT), inherited.get("PYTHONPATH")) if part
    )
    return (
        inherited
        | settings_env
        | environment_of(settings.data)
        | {"PULLHOUSE_DATA": str(settings.data), "PYTHONPATH": python_path}
    )


@contextmanager
def _worker(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[str]]:
    """The process that holds Airflow; whatever happens here, it and what it started end with this block."""
    command = [sys.executable, "-m", "pipeline.local_airflow.worker"]
    with log.open("w", encoding="utf-8") as stderr:
        worker = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
            text=True, start_new_session=True,
        )  # fmt: skip
    try:
        yield worker
        worker.wait()
    finally:
        _end(worker)


def _end(worker: subprocess.Popen[str]) -> None:
    """End the whole process group: dbt may have outlived a worker that was killed."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(worker.pid, kind)
            worker.wait(GRACE_S)
    for stream in (worker.stdin, worker.stdout):
        # What a dead worker has not read is still to be written.
        with suppress(BrokenPipeError):
            if stream:
                stream.close()


def _events(worker: subprocess.Popen[str], request: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Send the request, then yield what the worker tells; its input stays open, since its end means ours."""
    if worker.stdin and worker.stdout:
        # A worker that could not start has told its log why, and is found to have run nothing.
        with suppress(BrokenPipeError):
            worker.stdin.write(json.dumps(request) + "\n")
            worker.stdin.flush()
        for line in worker.stdout:
            yield json.loads(line)


def _progress(event: dict[str, Any]) -> Progress:
    kind, dag_id, task_id = event["kind"], event.get("dag_id"), event.get("task_id")
    seconds = event.get("seconds")
    texts = {
        "ready": f"starting Airflow … done in {_duration(seconds)}",
        "dag_started": f"{dag_id} …",
        "task_done": f"{dag_id}: {task_id} done in {_duration(seconds)}",
        "task_skipped": f"{dag_id}: {task_id} skipped",
        "task_failed": f"{dag_id}: {task_id} failed after {_duration(seconds)}",
    }
    return Progress(kind, texts[kind], dag_id, task_id, seconds)


def _finished(result: dict[str, Any]) -> Progress:
    dag_id, seconds = result["dag_id"], result["seconds"]
    if result["state"] == "success":
        return Progress("dag_done", f"{dag_id} … done in {_duration(seconds)}", dag_id, None, seconds)
    return Progress("dag_failed", f"{dag_id} … failed after {_duration(seconds)}", dag_id, None, seconds)


def _duration(seconds: float | None) -> str:
    return f"{seconds:.0f} s" if seconds and seconds >= 1 else "under 1 s"


def _check(results: list[dict[str, Any]], wanted: list[str], code: int, startup_log: Path) -> None:
    failed = [result for result in results if result["state"] != "success"]
    if failed:
        raise DagFailedError(_explain(failed[0]), results)
    if len(results) < len(wanted):
        raise DagFailedError(
            f"Airflow ended with code {code} before {wanted[len(results)]} had run."
            f" Its log is {startup_log}.",
            results,
        )


def _explain(result: dict[str, Any]) -> str:
    where = f"{result['dag_id']}.{result['failed_task']}" if result["failed_task"] else result["dag_id"]
    return f"{where} failed: {result['error']} The log is {result['log']}."
