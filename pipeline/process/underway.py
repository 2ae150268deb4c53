"""How far the loads are that run just now: a note that each of them keeps, and `make run` reads.

A note holds numbers only: bytes and lines of the object, and which part of the work is done.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.process.resources import make_landing

# What part of a load's time has passed when a stage begins, as measured on an object of 400,000 lines: the
# byte pass, typed lines, attributes of the distinct values, Parquet.
STAGES = {"read": 0.14, "attributes": 0.57, "write": 0.84}


class Note:
    """What one load says of itself. Where the disk does not take it, nothing is said: it is a courtesy."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size
        self._began = time.time()

    def stage(self, name: str, lines: int) -> None:
        """A stage begins, of an object of so many lines. Raises KeyError for one that is not in STAGES."""
        share = STAGES[name]
        until = min((one for one in STAGES.values() if one > share), default=1.0)
        note = {
            "size": self._size,
            "lines": lines,
            "share": share,
            "until": until,
            "began": self._began,
            "at": time.time(),
        }
        unfinished = self._path.with_suffix(".new")
        with suppress(OSError):
            unfinished.write_text(json.dumps(note), encoding="utf-8")
            unfinished.replace(self._path)


@contextmanager
def noted(landing: Path, size: int) -> Iterator[Note]:
    """The note of this process's load, of an object of so many bytes; gone when the load ends."""
    path = _folder(landing) / f"{os.getpid()}.json"
    with suppress(OSError):
        make_landing(landing)
        path.parent.mkdir(exist_ok=True)
    try:
        yield Note(path, size)
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def done(landing: Path, began: float, now: float) -> tuple[float, float]:
    """Bytes and lines that the loads under way have done; notes older than `began` are of killed ones.

    Within a stage a load is taken to go on as fast as it went before, as far as the stage reaches.
    """
    size = lines = 0.0
    for path in _folder(landing).glob("*.json"):
        # A load may end just now, and takes its note away.
        with suppress(OSError, KeyError, ValueError, TypeError):
            note = json.loads(path.read_text(encoding="utf-8"))
            if note["at"] >= began:
                speed = note["share"] / max(note["at"] - note["began"], 0.001)
                share = min(note["until"], note["share"] + speed * (now - note["at"]))
                size += note["size"] * share
                lines += note["lines"] * share
    return size, lines


def _folder(landing: Path) -> Path:
    return landing / "underway"
