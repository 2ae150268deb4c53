"""docker-compose.yml under a Docker engine of our own: built, started by `make up`, ended with the block."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.gateway import free_port
from tests.live.lab.engines import WITH_US, end

HERE = Path(__file__).parent
STAND_INS = HERE / "stand_ins"
TARGETS = ("python", "postgres", "registry", "redis")
# With the image to be built: Airflow and what it needs are fetched.
UP_S, HEALTHY_S = 420, 180


@dataclass
class Stack:
    """The running stack: a copy of the repository in which `make up` was said, and its ports on 127.0.0.1."""

    folder: Path
    environment: dict[str, str]
    gateway: int
    airflow: int
    page: int

    def run(self, *command: str, patience_s: float = 120) -> str:
        """Output of a command there; both outputs are told where it fails."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False,
            timeout=patience_s,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-3000:]}"
        return done.stdout

    def compose(self, *words: str, patience_s: float = 120) -> str:
        return self.run("scripts/compose", *words, patience_s=patience_s)

    def inside(self, service: str, *command: str) -> str:
        """Output of a command in a running container."""
        return self.compose("exec", "-T", service, *command)

    def secret(self, name: str) -> str:
        """A value of the .env that `make up` wrote."""
        lines = (self.folder / ".env").read_text("utf-8").splitlines()
        return next(line.partition("=")[2] for line in lines if line.startswith(f"{name}="))

    def unhealthy(self) -> list[str]:
        """Containers that do not run, or whose health check has not passed yet."""
        found = []
        for container in self.compose("ps", "-q").split():
            state = json.loads(self.run("docker", "inspect", container))[0]
            health = state["State"].get("Health", {}).get("Status", "healthy")
            is_well = state["State"]["Running"] and health == "healthy"
            is_done = "airflow-init" in state["Name"] and state["State"]["ExitCode"] == 0
            if not is_well and not is_done:
                found.append(f"{state['Name']}: {state['State']['Status']}, {health}")
        return found

    def airflow_api(self, method: str, path: str, body: object = None, token: str = "") -> Any:
        """An answer of Airflow's API, as JSON."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        data = None if body is None else json.dumps(body).encode()
        url = f"http://127.0.0.1:{self.airflow}{path}"
        request = urllib.request.Request(url, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - http only
            return json.loads(answer.read())

    def login(self) -> str:
        """A token of Airflow's API for the user that .env has a password of."""
        body = {"username": "admin", "password": self.secret("AIRFLOW_ADMIN_PASSWORD")}
        token: str = self.airflow_api("POST", "/auth/token", body)["access_token"]
        return token


@contextmanager
def engine(data: Path, folder: Path) -> Iterator[dict[str, str]]:
    """A Docker engine; the environment by which its clients find it. What it built stays in `data`.

    It changes no firewall rule: containers reach each other over a bridge, and ports of 127.0.0.1 are
    forwarded by its own proxy.
    """
    socket, said = folder / "s", folder / "engine.log"
    command = [
        *WITH_US, "dockerd", "--iptables=false", "--ip-forward=false", "--bridge=none",
        "--init-path=/usr/bin/tini-static", "--data-root", str(data), "--exec-root", str(folder / "x"),
        "--pidfile", str(folder / "pid"), "--host", f"unix://{socket}",
        "--config-file", str(folder / "none.json"),
    ]  # fmt: skip
    (folder / "none.json").write_text("{}", "utf-8")
    with said.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while "API listen on" not in said.read_text("utf-8", "replace"):
            assert process.poll() is None, said.read_text("utf-8", "replace")[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.1)
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        # The old builder: the new one is a plugin that Debian stable does not have.
        yield kept | {
            "DOCKER_HOST": f"unix://{socket}", "DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0",
        }  # fmt: skip
    finally:
        end(process)
        # The engine leaves the place of its network's name mounted.
        mounted = [line.split()[1] for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
        for place in reversed([name for name in mounted if name.startswith(f"{folder}/")]):
            subprocess.run(["umount", "--lazy", place], check=False)


def make_stand_ins(base: Path, folder: Path, environment: dict[str, str]) -> None:
    """Images for what docker-compose.yml takes from elsewhere; the engine keeps them for the next time."""
    known = subprocess.run(
        ["docker", "images", "-q", "pullhouse-live-base:1"], env=environment, capture_output=True, check=True
    )
    if not known.stdout.strip():
        _quietly(["docker", "import", str(base), "pullhouse-live-base:1"], environment)
    context = folder / "stand_ins"
    shutil.copytree(STAND_INS, context)
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", context)
    for target in TARGETS:
        command = ["docker", "build", "--quiet", "--target", target, "--tag", f"pullhouse-live-{target}:1"]
        _quietly([*command, str(context)], environment)


def _quietly(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=UP_S)
    assert done.returncode == 0, f"{command}: {done.stdout[-1000:]}{done.stderr[-2000:]}"


@contextmanager
def up(repo_root: Path, folder: Path, environment: dict[str, str], *arguments: str) -> Iterator[Stack]:
    """`make up` with these arguments, in a copy of the repository; all healthy. Containers and volumes go."""
    copy = folder / "pullhouse"
    ignored = shutil.ignore_patterns(".*", "__pycache__", "data", "screenshots", "target")
    shutil.copytree(repo_root, copy, ignore=ignored)
    for name in (".dockerignore", ".env.example"):
        shutil.copy2(repo_root / name, copy)
    (copy / ".venv").symlink_to(repo_root / ".venv")
    ports = {name: str(free_port()) for name in ("GATEWAY_PORT", "AIRFLOW_PORT", "DASHBOARD_PORT")}
    files = os.pathsep.join(["docker-compose.yml", str(STAND_INS / "docker-compose.override.yml")])
    environment = environment | ports | {
        "COMPOSE_FILE": files, "COMPOSE_PROJECT_NAME": "pullhouse-live", "COMPOSE_PROFILES": "registry,redis",
        "PULLHOUSE_SUBNET": "172.30.58.0/24",
    }  # fmt: skip
    stack = Stack(copy, environment, *(int(port) for port in ports.values()))
    try:
        # What `setup` makes is there already: these are the tests.
        stack.run("make", "--old-file=setup", "up", *arguments, patience_s=UP_S)
        deadline = time.monotonic() + HEALTHY_S
        while unhealthy := stack.unhealthy():
            assert time.monotonic() < deadline, f"{unhealthy}\n{stack.compose('logs', '--tail=40')[-6000:]}"
            time.sleep(1)
        yield stack
    finally:
        stack.compose("down", "--volumes", "--timeout", "5", patience_s=180)
