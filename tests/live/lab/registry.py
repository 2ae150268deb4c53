"""Debian's docker-registry on 127.0.0.2, with or without a token service: software that nobody here wrote.

Its own log is the witness: one JSON object for each answer.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.gateway import PATIENCE_S, free_port
from tests.live.lab.token_service import TokenService

# Another host than the gateway's, for clients that keep credentials to the host that they were given for.
HOST = "127.0.0.2"


@dataclass
class Registry:
    """A running registry."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def answers(self) -> list[dict[str, Any]]:
        """What it answered, as it says itself."""
        lines = (
            json.loads(line) for line in self.log.read_text("utf-8").splitlines() if line.startswith("{")
        )
        return [line for line in lines if line.get("msg") == "response completed"]


@contextmanager
def running(
    folder: Path, tokens: TokenService | None = None, port: int | None = None, cache_of: str | None = None
) -> Iterator[Registry]:
    """Start one; its images lie in `folder`/images, so that several may have the same.

    `cache_of`: the address of another one, for which it is a pull-through cache.
    """
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {
        "version": 0.1,
        "log": {"level": "info", "formatter": "json", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "images")}, "delete": {"enabled": True}},
        "http": {"addr": f"{HOST}:{port}"},
    }
    if tokens:
        content["auth"] = {
            "token": {
                "realm": f"{tokens.url}/token",
                "service": tokens.service,
                "issuer": tokens.issuer,
                "rootcertbundle": str(tokens.certificate),
            }
        }
    if cache_of:
        content["proxy"] = {"remoteurl": cache_of}
    configuration, log = folder / "registry.json", folder / "registry.log"
    configuration.write_text(json.dumps(content), encoding="utf-8")
    with log.open("ab") as output:
        process = subprocess.Popen(["docker-registry", "serve", configuration], stdout=output, stderr=output)
    try:
        _wait_until_it_listens(log, process)
        yield Registry(port, log, process)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _wait_until_it_listens(log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while "listening on" not in (said := log.read_text("utf-8")):
        assert process.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.02)
