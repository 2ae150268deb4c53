"""A webhook on 127.0.0.1 that keeps what it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Webhook:
    """`url` for `alert_urls`; `told`: title and text of each message; `status`: what it answers."""

    url: str = ""
    status: int = 200
    told: list[str] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Webhook]:
    """A webhook for as long as the block lasts."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if hook.status == 200:
                hook.told.append(f"{content['title']}\n{content['message']}")
            self.send_response(hook.status)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"json://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
