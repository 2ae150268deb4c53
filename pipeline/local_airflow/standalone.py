"""`make airflow`: Airflow with its scheduler and its page, on this machine, for one person."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

from pipeline.local_airflow.runner import environment_of
from pipeline.paths import REPOSITORY_ROOT
from pipeline.settings import Settings

AIRFLOW = [sys.executable, "-m", "airflow"]
GRACE_S = 20
PORT = "AIRFLOW__API__PORT"
USER = "admin"
LOOK_S = 0.5


class AirflowError(RuntimeError):
    """Airflow could not be started; the text says where its log is."""


def serve(settings: Settings) -> int:
    """Run `airflow standalone` until it is interrupted or told to end; returns its exit code.

    When its page answers, one line says where that is, and where the password lies; all that Airflow prints
    goes to a log. Its scheduler, API server and workers are one process group, and all of it is ended: ending
    the parent alone would leave them running. Raises AirflowError where it cannot be started.
    """
    home = settings.data / "airflow"
    environment = _environment(settings, home)
    (home / "logs").mkdir(parents=True, exist_ok=True)
    password = _password_file(home)
    # A shell starts what runs in the background with SIGINT ignored, and Python then keeps it ignored.
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, signal.default_int_handler)
    path = home / "logs" / "standalone.log"
    print(f"Starting Airflow; this takes a minute. Its log: {path}", flush=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
        try:
            _run(["db", "migrate"], environment, log, path)
            pool = ["pools", "set", "warehouse", "1", "One writer: every task that opens the warehouse."]
            _run(pool, environment, log, path)
            _unpause_once(environment, home / "unpaused.stamp", log)
        except KeyboardInterrupt:
            return 0
        process = subprocess.Popen(
            [*AIRFLOW, "standalone"], env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            return _stand_by(process, environment["AIRFLOW__API__BASE_URL"], password, path)
        except KeyboardInterrupt:
            return 0
        finally:
            _end_group(process)


def _environment(settings: Settings, home: Path) -> dict[str, str]:
    environment = {PORT: "8080"} | os.environ | environment_of(settings.data)
    url = f"http://127.0.0.1:{environment[PORT]}"
    return environment | {
        # Tasks report there; Airflow tells them port 8080 whatever its own is, and every one would fail.
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        # The scheduler starts tasks before the page listens, half a minute later on a busy machine, and
        # Airflow's five tries may all fall before that: a task asks every few seconds for some five minutes.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "30",
        "AIRFLOW__WORKERS__EXECUTION_API_RETRIES": "100",
        "AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MAX": "5",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "password.json"),
        "PULLHOUSE_DATA": str(settings.data),
        "PYTHONPATH": str(REPOSITORY_ROOT),
        # Airflow starts its parts as `airflow`, which is on the path only where .venv was activated.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
    }


def _password_file(home: Path) -> Path:
    """Made before Airflow would make it: readable by everybody, and printed."""
    path = home / "password.json"
    if not path.exists():
        content = json.dumps({USER: secrets.token_urlsafe(16)})
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{content}\n")
    path.chmod(0o600)
    return path


def _run(command: list[str], environment: dict[str, str], log: BinaryIO, path: Path) -> None:
    done = subprocess.run([*AIRFLOW, *command], env=environment, stdout=log, stderr=log, check=False)
    if done.returncode:
        name = " ".join(command[:2])
        raise AirflowError(f"airflow {name} ended with code {done.returncode}; its log is {path}.")


def _stand_by(process: subprocess.Popen[bytes], url: str, password: Path, log: Path) -> int:
    """Say when the page answers; then wait for the end. Raises AirflowError where it ends before that."""
    while process.poll() is None and not _answers(url):
        time.sleep(LOOK_S)
    if process.returncode is not None:
        raise AirflowError(
            f"Airflow ended with code {process.returncode} before it answered; its log is {log}."
        )
    print(f"Airflow: {url}, user {USER}, password in {password}. Ctrl-C ends it.", flush=True)
    return process.wait()


def _answers(url: str) -> bool:
    # Every command imports this module: only one of them asks.
    import httpx

    try:
        return httpx.get(f"{url}/api/v2/monitor/health", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _unpause_once(environment: dict[str, str], stamp: Path, log: BinaryIO) -> None:
    """Let every DAG that `make run` left paused keep its schedule, so that logs come in and keys expire.

    Once for a data directory: a DAG that somebody pauses later stays paused after a restart.
    """
    if stamp.exists():
        return
    # It fails where no DAG is known yet; those that come are unpaused from their creation on.
    unpause = ["dags", "unpause", "--yes", "--treat-dag-id-as-regex", ".*"]
    subprocess.run([*AIRFLOW, *unpause], env=environment, check=False, stdout=log, stderr=log)
    stamp.touch()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for kind in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, kind)
            process.wait(GRACE_S)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
