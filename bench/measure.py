"""CPU seconds and peak memory of a command and all that it starts (Linux).

CPU seconds, because wall time on a machine that does other things too cannot be repeated.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

SAMPLE_EVERY_S = 0.02
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Cost:
    """What one command cost; `samples`: (time, CPU seconds so far) while it ran."""

    cpu_s: float
    peak_mib: float
    samples: list[tuple[float, float]] = field(default_factory=list)

    def between(self, start: float, end: float) -> float:
        """CPU seconds that passed between two moments (seconds since 1970)."""
        return self._at(end) - self._at(start)

    def _at(self, moment: float) -> float:
        if not self.samples or moment <= self.samples[0][0]:
            return 0.0
        before = self.samples[0]
        for sample in self.samples[1:]:
            if sample[0] >= moment:
                share = (moment - before[0]) / (sample[0] - before[0])
                return before[1] + share * (sample[1] - before[1])
            before = sample
        return before[1]


class CommandError(RuntimeError):
    """A command that is measured ended with an error."""


def run(command: list[str], environment: dict[str, str] | None = None) -> Cost:
    """Run a command to its end. Raises CommandError with the end of what it printed."""
    process = subprocess.Popen(
        command, env=os.environ | (environment or {}), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    samples: list[tuple[float, float]] = []
    ended = threading.Event()
    sampler = threading.Thread(target=_sample, args=(process.pid, samples, ended))
    sampler.start()
    printed = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    ended.set()
    sampler.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CommandError(f"{' '.join(command)} ended with {process.returncode}: {printed[-2000:].decode()}")
    cpu_s = usage.ru_utime + usage.ru_stime
    return Cost(cpu_s, usage.ru_maxrss / 1024, [*samples, (time.time(), cpu_s)])


def _sample(pid: int, samples: list[tuple[float, float]], ended: threading.Event) -> None:
    while not ended.wait(SAMPLE_EVERY_S):
        samples.append((time.time(), sum(_cpu(each) for each in _tree(pid))))


def _tree(pid: int) -> Iterable[int]:
    yield pid
    # What its first thread started: Python's subprocess does not start anything from another one here.
    for child in _read(Path(f"/proc/{pid}/task/{pid}/children")).split():
        yield from _tree(int(child))


def _cpu(pid: int) -> float:
    """CPU seconds of a process and of its ended children."""
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # It ended meanwhile.
        return ""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line through two sizes: cost = intercept + marginal * millions of lines."""

    intercept_s: float
    marginal_s: float


def line_through(small: tuple[int, float], large: tuple[int, float]) -> Line:
    """From two (lines, CPU seconds)."""
    marginal = (large[1] - small[1]) / (large[0] - small[0]) * 1_000_000
    return Line(small[1] - marginal * small[0] / 1_000_000, marginal)
