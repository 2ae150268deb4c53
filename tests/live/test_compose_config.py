"""The compose file under its own tool, which needs no engine to read it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.live

REQUIRED = (
    "POSTGRES_PASSWORD",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_SECRET_KEY",
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_ADMIN_PASSWORD",
)
VALUES = dict.fromkeys(REQUIRED, "https://value.invalid")


def config(repo_root: Path, folder: Path, values: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`docker-compose config` of version 1, or of version 2, whatever .env the developer has."""
    tool = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    folder.joinpath("empty.env").touch()
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [
            *tool,
            "--env-file",
            str(folder / "empty.env"),
            "--file",
            str(repo_root / "docker-compose.yml"),
            "config",
        ],
        env=kept | values | {"DOCKER_HOST": "unix:///nonexistent.sock"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_file_is_valid(repo_root: Path, tmp_path: Path) -> None:
    done = config(repo_root, tmp_path, VALUES)
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    # Version 1 of the tool shows the services of a profile too.
    assert len(set(services) - {"geoipupdate", "registry", "redis"}) == 8
    assert str(services["gateway"]["volumes"]).count("/config") == 2


@pytest.mark.parametrize("name", REQUIRED)
def test_nothing_starts_without_its_secrets(repo_root: Path, tmp_path: Path, name: str) -> None:
    done = config(repo_root, tmp_path, VALUES | {name: ""})
    assert done.returncode != 0
    assert name in done.stderr
