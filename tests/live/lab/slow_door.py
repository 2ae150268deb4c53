"""A slow way to a server on 127.0.0.2 that can be cut: what is under way breaks off, nothing new comes in."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.live.lab.registry import HOST

CHUNK, PAUSE_S = 65_536, 0.02


class Door:
    """`carried`: bytes that came back, by connection."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.listener = socket.create_server((HOST, 0), backlog=128)
        self.carried: dict[int, int] = {}
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection((HOST, self.to))
                self._open += [client, server]
                for start, end, pause in ((client, server, 0.0), (server, client, PAUSE_S)):
                    threading.Thread(target=self._carry, args=(start, end, pause), daemon=True).start()

    def cut(self) -> None:
        """As when a machine dies: no listener, and every connection ends."""
        for one in (self.listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _carry(self, start: socket.socket, end: socket.socket, pause: float) -> None:
        with suppress(OSError):
            while part := start.recv(CHUNK):
                end.sendall(part)
                if pause:
                    self.carried[id(start)] = self.carried.get(id(start), 0) + len(part)
                    time.sleep(pause)
            end.shutdown(socket.SHUT_WR)


@contextmanager
def before(port: int) -> Iterator[Door]:
    """A door to a port, open until it is cut or the block ends."""
    door = Door(port)
    threading.Thread(target=door.serve, daemon=True).start()
    yield door
    door.cut()
