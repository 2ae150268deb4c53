"""Loads that kill themselves at a chosen stage: what lies on the disk then is what a power cut leaves.

A program: each line that it reads is a stage, each line that it prints the exit status of a load in a fork,
so that everything is imported once.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.lake.ledger import Ledger
from pipeline.settings import Settings, Source
from tests.support.warehouse import load_logs

STAGES = ("half fetched", "fetched, not renamed", "landed", "written, not committed", "committed")


class KilledLoads:
    """The program, running: `load(stage)` returns the exit status, the signal's number for a kill."""

    def __init__(self, settings: Settings, kind: str) -> None:
        """`kind`: the class of the source, as `ingest.sources.s3:S3Source`; the settings have one source."""
        settings.data.mkdir(exist_ok=True)
        [source] = settings.sources
        root = Path(__file__).resolve().parents[2]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.killed_loads", settings.data, source.location, kind],
            cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def load(self, stage: str = "to the end") -> int:
        """One load, which dies at that stage."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{stage}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the program."""
        self._process.communicate()


@contextmanager
def killing(settings: Settings, kind: str) -> Iterator[KilledLoads]:
    """The program for as long as the block lasts."""
    program = KilledLoads(settings, kind)
    try:
        yield program
    finally:
        program.close()


def _die(*arguments: object, **others: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Half:
    """A file of which only half of the first write is there when the process dies."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, data: bytes) -> None:
        self._file.write(bytes(data)[: len(data) // 2])
        self._file.flush()
        _die()


def _dying(module: Any, source: type, stage: str) -> None:
    """Change what the loads of this process do."""
    landed, fetch, commit = module.landed, source.fetch, Ledger.commit  # type: ignore[attr-defined]

    @contextmanager
    def half(path: Path) -> Iterator[_Half]:
        with landed(path) as file:
            yield _Half(file)

    @contextmanager
    def whole(path: Path) -> Iterator[Any]:
        with landed(path) as file:
            yield file
            file.flush()
            _die()

    def fetched(self: Any, item: Any) -> None:
        fetch(self, item)
        _die()

    def committed(self: Ledger, load: Any) -> None:
        commit(self, load)
        _die()

    changes: dict[str, tuple[Any, str, Any]] = {
        "half fetched": (module, "landed", half),
        "fetched, not renamed": (module, "landed", whole),
        "landed": (source, "fetch", fetched),
        "written, not committed": (Ledger, "commit", _die),
        "committed": (Ledger, "commit", committed),
    }
    if stage == "a page read":
        add = module._InOrder.add
        changes[stage] = (module._InOrder, "add", lambda *page: (add(*page), _die()))
    if stage in changes:
        setattr(*changes[stage])


def main() -> None:
    """Arguments: data directory, location, class of the source."""
    data, location, kind = sys.argv[1:]
    module = importlib.import_module(kind.partition(":")[0])
    source = getattr(module, kind.partition(":")[2])
    settings = Settings(data=Path(data), sources=[Source(name="s0", location=location)])
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _dying(module, source, line.strip())
            load_logs(settings)
            os._exit(0)
        print(os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    main()
