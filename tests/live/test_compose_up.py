"""The whole stack in containers: `make up` brings it up, and a pull through it is in the marts after one run.

Debian's engine, and stand-ins for the images that it would fetch (tests/live/lab/stand_ins); our own images
are built from our Dockerfiles, and started as docker-compose.yml says: users, rights, networks, volumes.
"""

from __future__ import annotations

import json
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.lab import stack
from tests.live.lab.images import Pusher
from tests.live.lab.stack import Stack

pytestmark = pytest.mark.live

RUN_S = 420
# Read where the marts are, by the user whose they are.
QUERY = """
import duckdb
rows = duckdb.connect("/data/pullhouse.duckdb", read_only=True).execute(
    "select repository, download_count, version_check_count, push_count from marts.pulls_daily order by all"
).fetchall()
print(*rows, sep="\\n")
"""


@pytest.fixture(scope="module")
def running(repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    live = repo_root / ".live"
    if not (live / "base.tar").exists():
        pytest.fail(
            "there is nothing to build from: make test-live makes .live/base.tar (scripts/live-clients)"
        )
    folder = tmp_path_factory.mktemp("stack")
    with stack.engine(live / "engine", folder) as environment:
        stack.make_stand_ins(live / "base.tar", folder, environment)
        with stack.up(repo_root, folder, environment, "REGISTRY=http://registry:5000") as started:
            yield started


def pull(one: Stack, repository: str, folder: Path) -> None:
    reference = f"docker://127.0.0.1:{one.gateway}/{repository}:1.0"
    command = ["skopeo", "copy", "--quiet", "--src-tls-verify=false", reference, f"dir:{folder}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def wait_for(one: Stack, token: str, dag: str, run: str = "") -> None:
    """A run of a DAG, the newest where none is named, has ended well."""
    deadline = time.monotonic() + RUN_S
    while True:
        answer = one.airflow_api("GET", f"/api/v2/dags/{dag}/dagRuns?order_by=-run_after", token=token)
        states = [found["state"] for found in answer["dag_runs"] if run in ("", found["dag_run_id"])]
        state = states[0] if states else "not there yet"
        if state == "success":
            return
        assert state != "failed", one.compose("logs", "--tail=60", "scheduler")[-5000:]
        assert time.monotonic() < deadline, f"{dag}: {state}"
        time.sleep(2)


def run_now(one: Stack, token: str, dag: str) -> str:
    """Start a run; its id. One that Airflow started by itself, before there was a log, is not waited for."""
    runs = f"/api/v2/dags/{dag}/dagRuns"
    for found in one.airflow_api("GET", runs, token=token)["dag_runs"]:
        if found["state"] in ("running", "queued"):
            run = urllib.parse.quote(found["dag_run_id"])
            one.airflow_api("PATCH", f"{runs}/{run}", {"state": "failed"}, token)
    body = {"logical_date": None, "conf": {"everything": True}}
    name: str = one.airflow_api("POST", runs, body, token)["dag_run_id"]
    return name


def test_a_pull_is_in_the_marts_after_one_run(running: Stack, tmp_path: Path) -> None:
    """Pushed and pulled through the gateway: one download of one image."""
    Pusher(f"http://127.0.0.1:{running.gateway}").image("acme/app", "1.0", 1)
    pull(running, "acme/app", tmp_path / "image")
    token = running.login()
    wait_for(running, token, "ingest_gateway_logs", run_now(running, token, "ingest_gateway_logs"))
    wait_for(running, token, "build_marts")
    rows = running.inside("scheduler", "python", "-c", QUERY).splitlines()
    assert rows == ["('*', 1, 0, 1)", "('acme/app', 1, 0, 1)"]


def test_every_dag_is_on_its_schedule(running: Stack) -> None:
    dags = running.airflow_api("GET", "/api/v2/dags?limit=100", token=running.login())["dags"]
    ours = {path.stem for path in (running.folder / "dags").glob("*.py")} - {"pullhouse_alert"}
    assert {dag["dag_id"]: dag["is_paused"] for dag in dags} == dict.fromkeys(ours, False)


def test_the_page_reads_what_is_published_and_no_keys(running: Stack) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{running.page}/", timeout=20) as answer:
        assert answer.status == 200
    assert running.inside("dashboard", "python", "-c", QUERY).startswith("('*', 1")
    shut = (
        "import os\nfor name in ('keys', 'lake', 'landing'):\n    try:\n        os.listdir(f'/data/{name}')\n"
    )
    shut += "    except PermissionError:\n        print(name)\n"
    assert running.inside("dashboard", "python", "-c", shut).split() == ["keys", "lake", "landing"]


def test_routes_of_redis_serve_in_the_image_too(running: Stack, tmp_path: Path) -> None:
    """What is pulled under another name comes from where Redis says."""
    settings = running.folder / "config" / "gateway.toml"
    password = running.secret("REDIS_PASSWORD")
    text = settings.read_text("utf-8") + f'\n[redis]\naddress = "redis:6379"\npassword = "{password}"\n'
    new = settings.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(settings)
    words = ["redis-cli", "--no-auth-warning", "-a", password, "HSET", "gateway:routes"]
    running.inside("redis", *words, "other/name", "main none acme/app")
    deadline = time.monotonic() + 30
    while "the routes of Redis are in use" not in running.compose("logs", "gateway"):
        assert time.monotonic() < deadline, running.compose("logs", "gateway")[-2000:]
        time.sleep(0.5)
    pull(running, "other/name", tmp_path / "image")
    manifest = json.loads((tmp_path / "image" / "manifest.json").read_text("utf-8"))
    assert len(manifest["layers"]) == 3
