"""`make airflow`: Airflow with its scheduler and its page, on this machine, for one person."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from pipeline.airflow_run import ROOT, environment_of
from pipeline.settings import Settings

AIRFLOW = [sys.executable, "-m", "airflow"]
GRACE_S = 20


def serve(settings: Settings) -> int:
    """Run `airflow standalone` until it is interrupted or told to end; returns its exit code.

    Its scheduler, API server and workers are one process group, and all of it is ended: ending the parent
    alone would leave them running.
    """
    environment = os.environ | environment_of(settings.data)
    environment |= {
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "PULLHOUSE_DATA": str(settings.data),
        "PYTHONPATH": str(ROOT),
        # It starts its parts as `airflow`, which nobody has on the path who did not activate .venv.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
    }
    (settings.data / "airflow").mkdir(parents=True, exist_ok=True)
    subprocess.run([*AIRFLOW, "db", "migrate"], env=environment, check=True)
    pool = ["pools", "set", "warehouse", "1", "One writer: every task that opens the warehouse."]
    subprocess.run([*AIRFLOW, *pool], env=environment, check=True)
    _unpause_once(environment, settings.data / "airflow" / "unpaused.stamp")
    # A shell starts what runs in the background with SIGINT ignored, and Python then keeps it ignored.
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, signal.default_int_handler)
    process = subprocess.Popen([*AIRFLOW, "standalone"], env=environment, start_new_session=True)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        _end_group(process)


def _unpause_once(environment: dict[str, str], stamp: Path) -> None:
    """Let every DAG that `make run` left paused keep its schedule, so that logs come in and keys expire.

    Once for a data directory: a DAG that somebody pauses later stays paused after a restart.
    """
    if stamp.exists():
        return
    # It fails where no DAG is known yet; those that come are unpaused from their creation on.
    unpause = ["dags", "unpause", "--yes", "--treat-dag-id-as-regex", ".*"]
    subprocess.run([*AIRFLOW, *unpause], env=environment, check=False, stdout=subprocess.DEVNULL)
    stamp.touch()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for kind in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, kind)
            process.wait(GRACE_S)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
