"""`make airflow`: its parts are found, and none outlives it. A small program stands for Airflow."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# Does nothing for `db migrate` and `pools set`; notes what it unpauses; as `standalone` says who and where it
# is, and stays.
PROGRAM = """
import os, sys, time
if sys.argv[1] == "dags":
    with open(os.environ["AIRFLOW_HOME"] + "/unpaused", "a") as file:
        print(sys.argv[2:], os.environ["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"], file=file)
if sys.argv[1] == "standalone":
    print(os.getpid(), os.environ["PATH"], sep=os.linesep, flush=True)
    time.sleep(600)
"""
# As a shell starts what runs in the background: with SIGINT ignored.
SERVE = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
from pathlib import Path
from pipeline import airflow_standalone
from pipeline.settings import Settings
airflow_standalone.AIRFLOW = [sys.executable, "-c", sys.argv[1]]
sys.exit(airflow_standalone.serve(Settings(data=Path(sys.argv[2]))))
"""


def has_ended(pid: int) -> bool:
    """Whether the process ends within ten seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT], ids=["told to end", "interrupted"])
def test_all_of_it_ends_and_its_parts_are_found(
    repo_root: Path, tmp_path: Path, kind: signal.Signals
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, PROGRAM, str(tmp_path / "data")],
        cwd=repo_root, env=os.environ | {"PATH": "/nowhere"}, stdout=subprocess.PIPE, text=True,
    ) as serving:  # fmt: skip
        assert serving.stdout is not None
        airflow = int(serving.stdout.readline())
        path = serving.stdout.readline().strip()
        serving.send_signal(kind)
        try:
            assert serving.wait(30) == 0
        finally:
            serving.kill()
    assert has_ended(airflow)
    assert shutil.which("airflow", path=path) == str(Path(sys.executable).parent / "airflow")


def test_dags_are_unpaused_once(repo_root: Path, tmp_path: Path) -> None:
    """Also those that `make run` made. One that is paused later stays so after a restart."""
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", SERVE, PROGRAM, str(tmp_path / "data")],
            cwd=repo_root, stdout=subprocess.PIPE, text=True,
        ) as serving:  # fmt: skip
            assert serving.stdout is not None
            assert serving.stdout.readline()
            serving.terminate()
            assert serving.wait(30) == 0
    calls = (tmp_path / "data" / "airflow" / "unpaused").read_text("utf-8").splitlines()
    assert calls == ["['unpause', '--yes', '--treat-dag-id-as-regex', '.*'] False"]
