"""The gateway as its users start it, before registries on 127.0.0.1."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.live.stub_registry import serve

GATEWAY = Path(__file__).resolve().parents[2] / "gateway"
PATIENCE_S = 10.0


@dataclass
class Answer:
    """What a client got."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Gateway:
    """A running gateway, and the registry that stands behind it in the tests that have one only."""

    port: int
    logs: Path
    settings: Path
    said: Path
    head: str
    process: subprocess.Popen[bytes]
    registry: str = ""
    seen_by_registry: list[dict[str, str]] = field(default_factory=list)
    _asked: int = field(default=0, init=False)

    def ask(self, method: str, path: str, **headers: str | bytes) -> Answer:
        """One request of one client; header names are written with underscores."""
        lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: registry.example.com", b"Connection: close"]
        for name, value in headers.items():
            raw = value if isinstance(value, bytes) else value.encode()
            lines.append(name.replace("_", "-").encode() + b": " + raw)
        answer = self.send(b"\r\n".join(lines) + b"\r\n\r\n")
        first, _, body = answer.partition(b"\r\n\r\n")
        head = first.decode("latin-1").split("\r\n")
        fields = dict(line.split(": ", 1) for line in head[1:])
        return Answer(int(head[0].split()[1]), {name.lower(): value for name, value in fields.items()}, body)

    def send(self, request: bytes, stop_after: int | None = None) -> bytes:
        """Send bytes and read the answer: all of it, or only its beginning before hanging up."""
        self._asked += 1
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as connection:
            connection.sendall(request)
            answer = bytearray()
            while part := connection.recv(65_536):
                answer += part
                if stop_after is not None and len(answer) >= stop_after:
                    break
        return bytes(answer)

    def log(self) -> bytes:
        """The log, once it holds a line for every request that was sent."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            content = b"".join(path.read_bytes() for path in sorted(self.logs.glob("access-*.log")))
            if content.count(b"\n") >= self._asked or time.monotonic() > deadline:
                return content
            time.sleep(0.02)

    def lines(self) -> list[dict[str, Any]]:
        """The log's lines, read by Python's own JSON parser."""
        return [json.loads(line.decode("utf-8", "replace")) for line in self.log().splitlines()]

    def ask_until(self, status: int, method: str, path: str, **headers: str) -> Answer:
        """Ask until the answer has a status: nginx starts its new workers a moment after it was told to."""
        deadline = time.monotonic() + PATIENCE_S
        while (answer := self.ask(method, path, **headers)).status != status:
            assert time.monotonic() < deadline, f"still {answer.status}"
            time.sleep(0.02)
        return answer

    def use(self, tables: str) -> None:
        """Put other tables into its settings, as an editor does: a new file under the old name."""
        new = self.settings.with_suffix(".new")
        new.write_text(self.head + tables, encoding="utf-8")
        new.replace(self.settings)

    def wait_for(self, text: str, times: int = 1) -> str:
        """What it has printed, as soon as a text stands there so many times."""
        deadline = time.monotonic() + PATIENCE_S
        while (said := self.said.read_text("utf-8")).count(text) < times:
            assert time.monotonic() < deadline, f"no {text!r} in {said!r}"
            time.sleep(0.02)
        return said


@contextmanager
def run(folder: Path, redirect: str = "blobs", log_format: str | None = None) -> Iterator[Gateway]:
    """A registry and a gateway before it. `log_format`: another text than the gateway's own."""
    with serve() as registry:
        rule = f'[registries.main]\nurl = "{registry.url}"\n[repositories."*"]\nregistry = "main"\n'
        with started(folder, f'{rule}redirect = "{redirect}"\n', log_format) as gateway:
            gateway.registry, gateway.seen_by_registry = registry.url, registry.seen
            yield gateway


@contextmanager
def started(
    folder: Path, tables: str, log_format: str | None = None, listen: str = "127.0.0.1", zone: str = "UTC"
) -> Iterator[Gateway]:
    """The gateway on a free port, with these tables in its settings, in a time zone."""
    root, port, logs = GATEWAY.parent, free_port(), folder / "logs"
    logs.mkdir(parents=True)
    if log_format is not None:
        root = folder / "other"
        shutil.copytree(GATEWAY, root / "gateway")
        (root / "gateway" / "log_format.conf").write_text(log_format, encoding="utf-8")
    head = f'listen = "{listen}:{port}"\nlogs = "{logs}"\nresolver = "127.0.0.1"\n'
    head += "slow_after_s = 2\ncheck_every_s = 1\n"
    head += 'user = "root"\n' if os.geteuid() == 0 else ""
    settings, said = folder / "gateway.toml", folder / "said.txt"
    settings.write_text(head + tables, encoding="utf-8")
    command = [sys.executable, "-m", "gateway", "run", "--settings", settings, "--state", folder / "state"]
    environment = os.environ | {"TZ": zone}
    with said.open("wb") as output:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=output, stderr=output)
    try:
        _wait_for(port, process, said)
        yield Gateway(port, logs, settings, said, head, process)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes], said: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the gateway did not start: {said.read_text('utf-8')}"
        # `nginx -t` listens too, for a moment, before the gateway says that it serves.
        with socket.socket() as probe:
            if "serving" in said.read_text("utf-8") and probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"the gateway does not listen: {said.read_text('utf-8')}")
