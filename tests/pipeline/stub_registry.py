"""A registry on 127.0.0.1, in this process, that can be made to fail in every way a registry does."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()


def layer(name: str) -> str:
    return digest_of(name.encode())


@dataclass(slots=True)
class Answer:
    """What the stub says: status, headers and bytes; `length` may lie, `pause_s` is slow."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    pause_s: float = 0


Handler = Callable[[dict[str, str]], Answer]


class StubRegistry:
    """Answers by path; `asked` lists the paths in order, `headers` what came with them."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer | Handler]] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    def says(self, path: str, *answers: Answer | Handler) -> None:
        """The answers to a path, one after the other; the last one for ever."""
        self.answers[path] = list(answers)

    def holds(self, repository: str, body: bytes, media_type: str = OCI_IMAGE) -> str:
        """A manifest; returns its digest."""
        digest = digest_of(body)
        self.says(
            f"/v2/{repository}/manifests/{digest}", Answer(body=body, headers={"Content-Type": media_type})
        )
        return digest

    def holds_image(self, repository: str, name: str, architecture: str = "amd64") -> str:
        """An image of two layers and its configuration; returns its digest."""
        config = json.dumps({"os": "linux", "architecture": architecture, "name": name}).encode()
        self.says(f"/v2/{repository}/blobs/{digest_of(config)}", Answer(body=config))
        return self.holds(repository, image(name, config))

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        self.asked.append(path)
        self.headers.append(headers)
        answers = self.answers.get(path.partition("?")[0], [Answer(404, b"{}")])
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return found(headers) if callable(found) else found


def image(name: str, config: bytes) -> bytes:
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": OCI_IMAGE,
            "config": {"mediaType": OCI_CONFIG, "digest": digest_of(config), "size": len(config)},
            "layers": [
                {"mediaType": OCI_LAYER, "digest": layer(f"{name}-{number}"), "size": 1_000 * number}
                for number in (1, 2)
            ],
        }
    ).encode()


def index(children: dict[str, dict[str, Any]]) -> bytes:
    """An index of digest → more of its entry."""
    entries = [
        {"mediaType": OCI_IMAGE, "digest": digest, "size": 500} | entry for digest, entry in children.items()
    ]
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}).encode()


@contextmanager
def serve() -> Iterator[StubRegistry]:
    """Listen on a free port until the block ends."""
    stub = StubRegistry()

    class _Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = stub.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
            time.sleep(answer.pause_s)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header(
                "Content-Length", str(len(answer.body) if answer.length is None else answer.length)
            )
            self.end_headers()
            # A client that has had enough hangs up: that is what some tests are about.
            with suppress(ConnectionError):
                self.wfile.write(answer.body)
            self.close_connection = answer.length is not None

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
