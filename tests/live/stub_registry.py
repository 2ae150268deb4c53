"""A registry that is a stub, on 127.0.0.1: what was asked of it is kept, and it can be told to fail."""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DIGEST = "sha256:" + "5" * 64
# More than the kernel keeps for a client that has hung up.
LAYER = bytes(16_000_000)
MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json"
# Longer than `slow_after_s` of the tests' settings.
SILENT_S = 4.0
SIGNED = re.compile(r"/signed-(\d+)/")


class Handler(BaseHTTPRequestHandler):
    """Answers as a registry would: manifests with a digest, layers of 16 MB, a redirect to a storage (below
    `/v2/signed-5000/` with a Location of 5,000 characters).

    `seen`: method, path and headers of each request; `mood`: a status that is given to all that is read, or
    `silent`: no answer for longer than the gateway waits.
    """

    protocol_version = "HTTP/1.1"
    seen: list[dict[str, str]]
    mood: str

    def do_GET(self) -> None:
        self._note()
        path = self.path.partition("?")[0]
        if self.mood == "silent":
            time.sleep(SILENT_S)
        elif self.mood:
            self._answer(int(self.mood), b"", {})
        elif found := SIGNED.search(path):
            self._answer(307, b"", {"Location": "http://storage.invalid/?".ljust(int(found[1]), "s")})
        elif "/stored/" in path:
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
        self._note()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        at = f"http://{self.headers['Host']}{self.path.partition('?')[0]}"
        self._answer(202, b"", {"Location": f"{at}1?_state=abc"})

    def _note(self) -> None:
        request = {":method": self.command, ":path": self.path}
        type(self).seen.append(request | {name.lower(): value for name, value in self.headers.items()})

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
class Registry:
    """A running stub."""

    url: str
    handler: type[Handler]

    @property
    def seen(self) -> list[dict[str, str]]:
        return self.handler.seen

    def asked(self) -> list[dict[str, str]]:
        """What was asked of it, pings of the gateway's own look at its health aside."""
        return [request for request in self.seen if request[":path"] != "/v2/"]

    def paths(self) -> list[str]:
        """Method and path of each of these."""
        return [f"{request[':method']} {request[':path']}" for request in self.asked()]


@contextmanager
def serve(port: int = 0, context: ssl.SSLContext | None = None) -> Iterator[Registry]:
    """A stub, on a free port or on this one, with TLS where a context is given; afterwards it is gone."""
    handler = type("OneHandler", (Handler,), {"seen": [], "mood": ""})
    with Server(("127.0.0.1", port), handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield Registry(f"http{'s' if context else ''}://127.0.0.1:{server.server_port}", handler)
        server.shutdown()
