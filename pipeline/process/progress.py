"""What a long step of `make run` has done so far, and how long the rest may take."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any

from pipeline.process import underway
from pipeline.settings import Settings

EVERY_S = 5.0
LOADING = "ingest_gateway_logs"
_STEP = re.compile(r"\b(\d+) of (\d+) (?:START|OK|PASS|WARN|FAIL|ERROR|SKIP)")
# As much of dbt's output as holds its newest steps.
_TAIL = 4_000


class Watch:
    """Looks every few seconds at the ledger and at dbt's output, from a thread beside the run.

    `objects`: what waits to be loaded, as `pending.find` lists it. `say` takes a line of text.
    """

    def __init__(
        self,
        settings: Settings,
        objects: list[dict[str, Any]],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._loads = settings.loads
        self._landing = settings.landing
        self._output = settings.data / "dbt" / "output.log"
        self._objects = objects
        self._say = say
        self._clock = clock
        self._lines: dict[Path, tuple[int, int]] = {}
        self._dag: str | None = None
        self._began = 0.0
        self._first_step: tuple[float, int] | None = None
        self._ended = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def begin(self, dag_id: str | None) -> None:
        """From now on this DAG runs; None: none."""
        self._dag, self._began, self._first_step = dag_id, self._clock(), None

    def line(self) -> str | None:
        """How far the DAG is; None where nothing can be said of it."""
        if self._dag == LOADING:
            return self._loaded() if self._objects else None
        return self._built() if self._dag is not None else None

    def _run(self) -> None:
        said, dag = None, None
        # Soon the first time, then less often: a screen of steps is no news.
        while not self._ended.wait(EVERY_S if self._dag != dag else 3 * EVERY_S):
            found, dag = self.line(), self._dag
            if found is not None and found != said:
                self._say(f"{dag}: {found}")
                said = found

    def _loaded(self) -> str:
        now = self._clock()
        seconds = now - self._began
        size = sum(one["size"] for one in self._objects)
        if self._loads.is_dir():
            for path in self._loads.rglob("*.json"):
                # An entry may be moved into its month's file just now, which is no entry.
                with suppress(OSError, KeyError, ValueError, TypeError):
                    if path not in self._lines and path.stat().st_mtime >= self._began:
                        self._lines[path] = _size_and_lines(path)
        done, lines = (
            sum(one[place] for one in self._lines.values()) + half_done
            for place, half_done in enumerate(underway.done(self._landing, self._began, now))
        )
        files = f"{len(self._lines):,} of {_counted(len(self._objects), 'file')}"
        if not done:
            return f"{files} loaded; {_megabytes(size)} to read, {seconds:.0f} s so far"
        left = seconds * max(size - done, 0) / done
        return f"{files} loaded, {lines:,.0f} lines, {lines / max(seconds, 1):,.0f} a second{_left(left)}"

    def _built(self) -> str | None:
        try:
            if self._output.stat().st_mtime < self._began:
                return None
            with self._output.open("rb") as file:
                file.seek(max(0, self._output.stat().st_size - _TAIL))
                steps = _STEP.findall(file.read().decode(errors="replace"))
        except OSError:
            return None
        if not steps:
            return None
        step, steps_in_all = (int(one) for one in steps[-1])
        now = self._clock()
        if self._first_step is None:
            self._first_step = (now, step)
        since, first = self._first_step
        left = (now - since) * (steps_in_all - step) / (step - first) if step > first else 0
        return f"step {step:,} of {steps_in_all:,} of the build{_left(left)}"


def _size_and_lines(path: Path) -> tuple[int, int]:
    entry = json.loads(path.read_text(encoding="utf-8"))
    return int(entry["size"]), int(entry["line_count"])


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


def _left(seconds: float) -> str:
    return f", about {seconds:,.0f} s left" if seconds >= 1 else ""
