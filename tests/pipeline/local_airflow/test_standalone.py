"""`make airflow`: its parts are found, and none outlives it. A small program stands for Airflow."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.local_airflow import standalone
from pipeline.settings import Settings

# Does nothing for `db migrate` and `pools set`; notes what it unpauses; as `standalone` notes who and where
# it is, answers as Airflow's page does, and stays.
PROGRAM = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
home = os.environ["AIRFLOW_HOME"]
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api/v2/monitor/health" else 404)
        self.end_headers()
if sys.argv[1] == "dags":
    with open(home + "/unpaused", "a") as file:
        print(sys.argv[2:], os.environ["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"], file=file)
if sys.argv[1] == "standalone":
    if os.environ.get("FAILS"):
        sys.exit(3)
    with open(home + "/who", "w") as file:
        print(os.getpid(), os.environ["PATH"], sep=os.linesep, file=file)
    print("the password is secret")
    HTTPServer(("127.0.0.1", int(os.environ["AIRFLOW__API__PORT"])), Page).serve_forever()
"""
# As a shell starts what runs in the background: with SIGINT ignored.
SERVE = """
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
from pathlib import Path
from pipeline.local_airflow import standalone
from pipeline.settings import Settings
standalone.AIRFLOW = [sys.executable, "-c", sys.argv[1]]
sys.exit(standalone.serve(Settings(data=Path(sys.argv[2]))))
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


def free_port() -> str:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return str(tried.getsockname()[1])


def serve(repo_root: Path, data: Path, **environment: str) -> subprocess.Popen[str]:
    """`make airflow` on this data directory, with the small program in the place of Airflow."""
    return subprocess.Popen(
        [sys.executable, "-c", SERVE, PROGRAM, str(data)], cwd=repo_root, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PATH": "/nowhere", "AIRFLOW__API__PORT": free_port()} | environment,
    )  # fmt: skip


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT], ids=["told to end", "interrupted"])
def test_all_of_it_ends_and_its_parts_are_found(
    repo_root: Path, tmp_path: Path, kind: signal.Signals
) -> None:
    home = tmp_path / "data" / "airflow"
    with serve(repo_root, tmp_path / "data") as serving:
        assert serving.stdout is not None
        lines = [serving.stdout.readline() for _ in range(2)]
        airflow, path = (home / "who").read_text("utf-8").splitlines()
        serving.send_signal(kind)
        try:
            assert serving.wait(30) == 0
        finally:
            serving.kill()
    assert has_ended(int(airflow))
    assert shutil.which("airflow", path=path) == str(Path(sys.executable).parent / "airflow")
    where = f"user admin, password in {home}/password.json. Ctrl-C ends it."
    assert re.fullmatch(rf"Airflow: http://127\.0\.0\.1:\d+, {re.escape(where)}\n", lines[1])
    assert "the password is secret" not in "".join(lines)
    for name in ("password.json", "logs/standalone.log"):
        assert (home / name).stat().st_mode & 0o077 == 0


def test_tasks_report_to_the_port_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under another port than Airflow's own every task would fail before it begins."""
    for port in ("18080", "8080"):
        monkeypatch.setenv("AIRFLOW__API__PORT", port)
        environment = standalone._environment(Settings(data=tmp_path), tmp_path / "airflow")
        reported = environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
        assert reported == f"http://127.0.0.1:{port}/execution/"
        monkeypatch.delenv("AIRFLOW__API__PORT")


def test_tasks_wait_for_the_page(tmp_path: Path) -> None:
    """Tasks that the scheduler starts first must not give up: in the mean a try waits half of the longest."""
    environment = standalone._environment(Settings(data=tmp_path), tmp_path / "airflow")
    tries = int(environment["AIRFLOW__WORKERS__EXECUTION_API_RETRIES"])
    longest = int(environment["AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MAX"])
    assert longest <= 10
    assert tries * longest / 2 >= 180


def test_a_password_is_made_once(repo_root: Path, tmp_path: Path) -> None:
    """At least 16 bytes of chance; one that a person set stays, and is closed to others."""
    made = standalone._password_file(tmp_path)
    assert len(json.loads(made.read_text("utf-8"))["admin"]) >= 22
    made.write_text('{"admin": "mine"}', "utf-8")
    made.chmod(0o644)
    assert standalone._password_file(tmp_path).read_text("utf-8") == '{"admin": "mine"}'
    assert made.stat().st_mode & 0o777 == 0o600


def test_an_airflow_that_ends_at_once_says_where_its_log_is(repo_root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVE, PROGRAM, str(tmp_path / "data")]
    done = subprocess.run(
        command, cwd=repo_root, env=os.environ | {"FAILS": "yes", "AIRFLOW__API__PORT": free_port()},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    log = tmp_path / "data" / "airflow" / "logs" / "standalone.log"
    assert f"Airflow ended with code 3 before it answered; its log is {log}." in done.stderr


def test_dags_are_unpaused_once(repo_root: Path, tmp_path: Path) -> None:
    """Also those that `make run` made. One that is paused later stays so after a restart."""
    for _ in range(2):
        with serve(repo_root, tmp_path / "data") as serving:
            assert serving.stdout is not None
            assert [serving.stdout.readline() for _ in range(2)][1].startswith("Airflow: ")
            serving.terminate()
            assert serving.wait(30) == 0
    calls = (tmp_path / "data" / "airflow" / "unpaused").read_text("utf-8").splitlines()
    assert calls == ["['unpause', '--yes', '--treat-dag-id-as-regex', '.*'] False"]
