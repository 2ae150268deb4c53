"""`make up`: secrets are made once, the registry on the command line is used each time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.settings import load

FIRST, SECOND = "https://registry.example.com", "http://192.0.2.1:5001"


def make_env(repo_root: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(repo_root / "scripts" / "make_env.py"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def registry(folder: Path) -> str:
    """As the gateway reads it."""
    return load(folder / "config" / "gateway.toml").registries[0].url


def test_secrets_stay_and_the_registry_follows_the_command_line(repo_root: Path, tmp_path: Path) -> None:
    assert make_env(repo_root, tmp_path, f"{FIRST}/").returncode == 0
    secrets = (tmp_path / ".env").read_text("utf-8")
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert registry(tmp_path) == FIRST
    own = (tmp_path / "config" / "gateway.toml").read_text("utf-8") + "# my own\n"
    (tmp_path / "config" / "gateway.toml").write_text(own, "utf-8")

    assert make_env(repo_root, tmp_path, "").returncode == 0
    assert (tmp_path / "config" / "gateway.toml").read_text("utf-8") == own
    assert make_env(repo_root, tmp_path, SECOND).returncode == 0
    assert (tmp_path / "config" / "gateway.toml").read_text("utf-8") == own.replace(FIRST, SECOND)
    assert (tmp_path / ".env").read_text("utf-8") == secrets


@pytest.mark.parametrize(
    ("address", "mode"),
    [(FIRST, "blobs"), ("http://192.0.2.1:5001", "blobs"), ("http://registry:5000", "none")],
)
def test_clients_are_not_sent_to_a_container(
    repo_root: Path, tmp_path: Path, address: str, mode: str
) -> None:
    """They do not know its name."""
    assert make_env(repo_root, tmp_path, address).returncode == 0
    [rule] = load(tmp_path / "config" / "gateway.toml").rules
    assert (rule.first.registry.url, rule.redirect) == (address, mode)


def test_a_dot_env_of_before_still_names_the_registry(repo_root: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"GATEWAY_REGISTRY={SECOND}\nPOSTGRES_PASSWORD=x\n", "utf-8")
    assert make_env(repo_root, tmp_path, "").returncode == 0
    assert registry(tmp_path) == SECOND


@pytest.mark.parametrize("given", ["", "registry.example.com", "https://registry.example.com/v2", "ftp://a"])
def test_what_is_missing_or_wrong_is_said_and_nothing_is_written(
    repo_root: Path, tmp_path: Path, given: str
) -> None:
    done = make_env(repo_root, tmp_path, given)
    assert done.returncode == 2
    assert "make up REGISTRY=https://registry.example.com" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["http://localhost:5001", "http://127.0.0.1:5001", "http://[::1]:5001"])
def test_the_containers_own_address_is_no_registry(repo_root: Path, tmp_path: Path, address: str) -> None:
    done = make_env(repo_root, tmp_path, address)
    assert (done.returncode, "give the machine's own address" in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_settings_without_main_are_left_alone(repo_root: Path, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "gateway.toml").write_text('[registries.hub]\nurl = "https://a"\n', "utf-8")
    done = make_env(repo_root, tmp_path, FIRST)
    assert done.returncode == 2
    assert "has no [registries.main]" in done.stderr
