"""CPU time as a ratio, so that no test depends on how fast the machine is or on what else runs on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256

MESSAGES = [f"203.0.113.{number}".encode() for number in range(100_000)]


def ratio(work: Callable[[], object], tries: int = 3) -> float:
    """CPU time of `work`, in units of hashing 100,000 short texts one by one (about 0.03 s).

    Work and unit take turns, and the least of each counts: a busy neighbour slows both, and seldom every try.
    """
    measured = [(seconds(work), seconds(_unit)) for _ in range(tries)]
    return min(own for own, _ in measured) / min(unit for _, unit in measured)


def _unit() -> None:
    for message in MESSAGES:
        sha256(message).digest()


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process for `work`, once: to be compared within one run only."""
    started = time.process_time()
    work()
    return time.process_time() - started
