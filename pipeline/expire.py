"""Retention: what must not be kept any longer goes, by removing files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from enrichers.identity import KeyRing
from pipeline.lake.ledger import Ledger
from pipeline.process.lock import warehouse_lock
from pipeline.settings import Settings

# No load takes that long: what is older was left behind by a killed one.
LONGEST_LOAD = timedelta(days=1)


def expire(settings: Settings, now: datetime) -> dict[str, Any]:
    """Delete landed objects after `landing_days`, destroy dead keys, compact the ledger's past months.

    `now` in UTC. Returns counts and the destroyed epochs. Pseudonyms made under a destroyed key can no
    longer be tied to an address by anyone. Raises LockError when another run holds the warehouse.
    """
    with warehouse_lock(settings):
        ring = KeyRing(settings.keys, settings.identity_epoch)
        dead = ring.expired(now)
        for epoch in dead:
            ring.destroy(epoch)
        landed_until = now - timedelta(days=settings.landing_days)
        return {
            "landed_objects_deleted": _delete(settings.landing.rglob("*"), landed_until),
            "leftovers_deleted": _delete(settings.lake.rglob("*.tmp"), now - LONGEST_LOAD),
            "keys_destroyed": dead,
            "ledger_entries_compacted": Ledger(settings.loads).compact(before_month=now.strftime("%Y-%m")),
        }


def _delete(paths: Iterable[Path], before: datetime) -> int:
    """Delete the files last written before this moment; returns how many."""
    old = [path for path in paths if path.is_file() and path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink()
    return len(old)
