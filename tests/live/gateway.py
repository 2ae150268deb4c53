"""A real nginx with the gateway's own configuration, before a registry that is a stub; all on 127.0.0.1."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any

GATEWAY = Path(__file__).resolve().parents[2] / "gateway"
DIGEST = "sha256:" + "5" * 64
# More than the kernel keeps for a client that has hung up.
LAYER = bytes(16_000_000)
MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json"
PATIENCE_S = 10.0


class Registry(BaseHTTPRequestHandler):
    """Answers as a registry would: manifests with a digest, layers of 16 MB, a redirect to a storage."""

    protocol_version = "HTTP/1.1"
    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        type(self).seen.append({name.lower(): value for name, value in self.headers.items()})
        path = self.path.partition("?")[0]
        if "/stored/" in path:
            self._answer(307, b"", {"Location": "http://storage.invalid/layer?signature=1"})
        elif "/manifests/" in path and not path.endswith("/missing"):
            self._answer(200, b'{"layers":[]}', {"Docker-Content-Digest": DIGEST, "Content-Type": MEDIA_TYPE})
        elif "/blobs/sha256:" in path:
            self._answer(200, LAYER, {"Docker-Content-Digest": DIGEST})
        elif path in ("/v2/", "/token") or path.endswith("/tags/list"):
            self._answer(200, b"{}", {})
        else:
            self._answer(404, b"{}", {})

    do_HEAD = do_GET

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(202, b"", {"Location": "/v2/acme/app/blobs/uploads/1"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server that takes it calmly when nginx hangs up because its client did."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@dataclass
class Answer:
    """What a client got."""

    status: int
    headers: dict[str, str]


@dataclass
class Gateway:
    """A running gateway."""

    port: int
    registry: str
    logs: Path
    seen_by_registry: list[dict[str, str]]
    _asked: int = field(default=0, init=False)

    def ask(self, method: str, path: str, **headers: str | bytes) -> Answer:
        """One request of one client; header names are written with underscores."""
        lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: registry.example.com", b"Connection: close"]
        for name, value in headers.items():
            raw = value if isinstance(value, bytes) else value.encode()
            lines.append(name.replace("_", "-").encode() + b": " + raw)
        answer = self.send(b"\r\n".join(lines) + b"\r\n\r\n")
        head = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        fields = dict(line.split(": ", 1) for line in head[1:])
        return Answer(int(head[0].split()[1]), {name.lower(): value for name, value in fields.items()})

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


@contextmanager
def run(folder: Path, redirect: str = "blobs", log_format: str | None = None) -> Iterator[Gateway]:
    """Start the registry and nginx, and end both. `log_format`: another text than the gateway's own."""
    folder.joinpath("logs").mkdir()
    handler = type("Handler", (Registry,), {"seen": []})
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        registry = f"http://127.0.0.1:{server.server_port}"
        port = _free_port()
        _configure(folder, port, registry, redirect, log_format)
        user = "user root; " if os.geteuid() == 0 else ""
        command = [nginx(), "-e", "stderr", "-c", str(folder / "nginx.conf"), "-g", f"{user}daemon off;"]
        process = subprocess.Popen(command, env={**os.environ, "TZ": "UTC"}, stderr=subprocess.PIPE)
        try:
            _wait_for(port, process)
            yield Gateway(port, registry, folder / "logs", handler.seen)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)
            server.shutdown()


def nginx() -> str:
    """The program; Debian keeps it where only root's PATH leads."""
    found = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
    assert found, "nginx is not installed: scripts/debian-packages nginx-light"
    return found


def _configure(folder: Path, port: int, registry: str, redirect: str, log_format: str | None) -> None:
    """The gateway's files as they are, but for where they listen and write."""
    text = (GATEWAY / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("listen 8080", f"listen 127.0.0.1:{port}")
    text = text.replace("/tmp", str(folder)).replace("/logs/", f"{folder}/logs/")
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    shutil.copy(GATEWAY / "routing.conf", folder)
    own = (GATEWAY / "log_format.conf").read_text(encoding="utf-8")
    (folder / "log_format.conf").write_text(log_format or own, encoding="utf-8")
    template = Template((GATEWAY / "templates" / "registry.conf.template").read_text(encoding="utf-8"))
    environment = {
        "GATEWAY_REGISTRY": registry,
        "GATEWAY_REDIRECT": redirect,
        "GATEWAY_RESOLVER": "127.0.0.1",
    }
    (folder / "registry.conf").write_text(template.safe_substitute(environment), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            _, errors = process.communicate()
            raise AssertionError(f"nginx did not start: {errors.decode()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("nginx does not listen")
