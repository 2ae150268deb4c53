"""`make airflow` with Airflow itself: every DAG on its schedule from the first minute, and all of it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.live.gateway import free_port

pytestmark = pytest.mark.live

START_S, END_S = 150, 60


@dataclass
class Running:
    """What `make airflow` said, and all processes that came of it."""

    shell: subprocess.Popen[str]
    line: str
    family: list[psutil.Process]

    def dags(self, password: str) -> dict[str, bool]:
        """Whether each DAG is paused, as Airflow's API says."""
        found = re.search(r"http://127\.0\.0\.1:\d+", self.line)
        assert found, self.line
        body = {"username": "admin", "password": password}
        token = _ask(f"{found[0]}/auth/token", body)["access_token"]
        deadline = time.monotonic() + START_S
        while True:
            dags = _ask(f"{found[0]}/api/v2/dags?limit=100", token=token)["dags"]
            if len(dags) >= 6 or time.monotonic() > deadline:
                return {dag["dag_id"]: dag["is_paused"] for dag in dags}
            time.sleep(1)


def _ask(url: str, body: object = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - http only
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - http only
        return json.loads(answer.read())


def start(repo_root: Path, data: Path) -> Running:
    """In the background of a shell, which starts it with SIGINT ignored; waits for its one line."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PULLHOUSE_")}
    environment |= {"AIRFLOW__API__PORT": str(free_port()), "PULLHOUSE_LOGS": str(data / "none.log")}
    command = f"make --no-print-directory --old-file=setup airflow DATA={data} & wait $!"
    shell = subprocess.Popen(
        ["sh", "-c", command], cwd=repo_root, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert shell.stdout
    lines = []
    while not (line := shell.stdout.readline()).startswith("Airflow: "):
        lines.append(line)
        assert line, "".join(lines)
    return Running(shell, line, psutil.Process(shell.pid).children(recursive=True))


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM], ids=["interrupted", "told to end"])
def test_every_dag_runs_and_all_of_it_ends(
    repo_root: Path, tmp_path_factory: pytest.TempPathFactory, kind: signal.Signals
) -> None:
    """The second time on the data directory of the first, and ended as soon as it says where its page is."""
    data = tmp_path_factory.getbasetemp() / "airflow-data"
    running = start(repo_root, data)
    try:
        password_file = data / "airflow" / "password.json"
        assert password_file.stat().st_mode & 0o777 == 0o600
        assert str(password_file) in running.line
        if kind == signal.SIGINT:
            dags = running.dags(json.loads(password_file.read_text("utf-8"))["admin"])
            ours = {path.stem for path in (repo_root / "dags").glob("*.py")} - {"pullhouse_alert"}
            assert dags == dict.fromkeys(ours, False)
        family = running.family + psutil.Process(running.shell.pid).children(recursive=True)
        assert any("scheduler" in " ".join(_words(process)) for process in family)
        [ours_alone] = [one for one in running.family if _words(one)[1:] == ["-m", "pipeline", "airflow"]]
        ours_alone.send_signal(kind)
        running.shell.wait(END_S)
        _, alive = psutil.wait_procs(family, timeout=END_S)
        assert [" ".join(_words(process)) for process in alive] == []
    finally:
        for process in running.family:
            if process.is_running():
                process.kill()
        running.shell.kill()


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []
