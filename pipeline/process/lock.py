"""One writer: every process that opens the build warehouse holds this lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from pipeline.settings import Settings


class LockError(RuntimeError):
    """Another run holds the build warehouse, and did not let go of it in time."""


@contextmanager
def warehouse_lock(settings: Settings) -> Iterator[None]:
    """Hold the warehouse; waits `lock_wait_s` seconds at the most. Raises LockError after that.

    The process that holds it may take it again (plan and build are one step). It ends with its process: a
    killed run never leaves one behind.
    """
    lock = FileLock(settings.data / "warehouse.lock", is_singleton=True)
    try:
        lock.acquire(timeout=settings.lock_wait_s)
    except Timeout:
        raise LockError(
            f"Another run has held {settings.warehouse} for {settings.lock_wait_s} s. Wait for it to end, "
            "then run this again."
        ) from None
    try:
        yield
    finally:
        lock.release()
