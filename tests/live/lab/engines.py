"""Docker engines and containerds, each with a store of its own; all end with the block."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.lab.clients import Machine, inside

PATIENCE_S = 60.0
# Tests that are killed take their engines with them.
WITH_US = ["setpriv", "--pdeathsig", "TERM"]


@contextmanager
def running(folder: Path, today: Path, python: Path) -> Iterator[Machine]:
    """Start them all at once; the machine with their sockets."""
    commands = {
        "docker-20": _dockerd(folder / "d20", {}, "vfs"),
        "docker-28": inside(today, *_dockerd(folder / "d28", {}, "vfs")),
        "docker-28-containerd": inside(
            today, *_dockerd(folder / "d28c", {"features": {"containerd-snapshotter": True}}, "native")
        ),
        "containerd-1.6": _containerd(folder / "c16"),
        "containerd-2.1": inside(today, *_containerd(folder / "c21")),
    }
    sockets = dict(
        zip(commands, (folder / name / "s" for name in ("d20", "d28", "d28c", "c16", "c21")), strict=True)
    )
    processes = []
    try:
        for name, command in commands.items():
            with (sockets[name].parent / "log").open("wb") as output:
                processes.append(
                    subprocess.Popen(
                        [*WITH_US, *command], stdout=output, stderr=output, start_new_session=True
                    )
                )
        for name, socket in sockets.items():
            _wait_for(socket, name)
        yield Machine(today, sockets, python)
    finally:
        for process in processes:
            end(process)


def _dockerd(folder: Path, settings: dict[str, object], driver: str) -> list[str]:
    """No bridge and no firewall rules: pulls need neither."""
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text(json.dumps(settings), "utf-8")
    return [
        "dockerd", "--config-file", str(folder / "settings.json"), "--iptables=false", "--bridge=none",
        "--data-root", str(folder / "data"), "--exec-root", str(folder / "x"),
        "--pidfile", str(folder / "pid"),
        "--host", f"unix://{folder}/s", "--storage-driver", driver,
    ]  # fmt: skip


def _containerd(folder: Path) -> list[str]:
    folder.mkdir(parents=True)
    text = f'version = 2\nroot = "{folder}/data"\nstate = "{folder}/x"\n[grpc]\naddress = "{folder}/s"\n'
    (folder / "settings.toml").write_text(text, "utf-8")
    return ["containerd", "--config", str(folder / "settings.toml")]


def _wait_for(socket: Path, name: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    said = socket.parent / "log"
    done = ("API listen on", "containerd successfully booted")
    while not any(text in said.read_text("utf-8", "replace") for text in done):
        assert time.monotonic() < deadline, f"{name}: {said.read_text('utf-8', 'replace')[-2000:]}"
        time.sleep(0.1)


def end(process: subprocess.Popen[bytes]) -> None:
    """dockerd takes its own containerd with it; a process that stays is killed with its group."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)
