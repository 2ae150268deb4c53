"""Airflow's metadata in Postgres, as docker-compose.yml has it: our DAGs run, and Postgres knows how."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.local_airflow import runner
from tests.support import webhook

pytestmark = pytest.mark.live

LINE = {
    "msec": "1795168800.000",  # 2026-11-20 10:00:00 UTC
    "request_id": "0" * 32,
    "remote_addr": "198.51.100.77",
    "method": "GET",
    "request_uri": "/v2/acme/app/manifests/1.0",
    "status": "200",
    "user_agent": "docker/27.1.1",
}


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """host:port of a server of its own. It refuses to run as root, and root's temporary folders are shut."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    folder = Path(tempfile.mkdtemp(prefix="pullhouse-postgres-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, options = str(folder / "data"), f"-h 127.0.0.1 -p {port} -k {folder}"
    control = [*as_user, str(programs / "pg_ctl"), "-D", data, "-w", "-s"]
    try:
        init = [*as_user, str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "airflow", "-N"]
        subprocess.run(init, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*control, "-l", str(folder / "log"), "-o", options, "start"], cwd=folder, check=True)
        yield f"127.0.0.1:{port}"
        subprocess.run([*control, "-m", "immediate", "stop"], cwd=folder, check=True)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def drivers(repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image has beside our own packages; beside them, not among them."""
    folder = tmp_path_factory.mktemp("drivers")
    lock = str(repo_root / "requirements-compose.lock")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    subprocess.run([*pip, "--target", str(folder), "--requirement", lock], check=True)
    return folder


def query(address: str, text: str) -> list[list[str]]:
    """Rows of a query, by Postgres's own client."""
    host, _, port = address.partition(":")
    command = ["psql", "-h", host, "-p", port, "-U", "airflow", "-d", "postgres", "-AtF", "|", "-c", text]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split("|") for line in done.stdout.splitlines()]


def test_dags_with_their_metadata_in_postgres(
    postgres: str, drivers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three that end well and one that fails, of which a person is told."""
    inner = runner.environment_of
    connection = f"postgresql+psycopg2://airflow@{postgres}/postgres"
    monkeypatch.setattr(
        runner,
        "environment_of",
        lambda data: inner(data) | {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": connection},
    )
    monkeypatch.setenv("PYTHONPATH", str(drivers))
    (tmp_path / "access.log").write_text(json.dumps(LINE) + "\n", encoding="utf-8")
    runs: list[runner.RunRequest] = [
        ("refresh_reference_data", {"old_will_do": True}, None),
        ("ingest_gateway_logs", {"everything": True}, datetime(2026, 11, 21, tzinfo=UTC)),
        ("expire_personal_data", {}, None),
        ("rebuild_window", {"start": "2026-11-20"}, None),
    ]
    with webhook.listening() as hook:
        settings = {
            "PULLHOUSE_DATA": str(tmp_path / "data"),
            "PULLHOUSE_LOGS": str(tmp_path / "access.log"),
            "PULLHOUSE_ALERT_URLS": hook.url,
        }
        with pytest.raises(runner.DagFailedError, match=r"rebuild_window\.plan failed"):
            runner.run_dags(settings, runs)
        [told] = hook.told
    assert "The task rebuild_window.plan failed" in told
    assert query(postgres, "select dag_id, state from dag_run order by 1") == [
        ["expire_personal_data", "success"],
        ["ingest_gateway_logs", "success"],
        ["rebuild_window", "failed"],
        ["refresh_reference_data", "success"],
    ]
    assert query(postgres, "select pool, slots from slot_pool where pool = 'warehouse'") == [
        ["warehouse", "1"]
    ]
    assert not list((tmp_path / "data").rglob("airflow.db"))
