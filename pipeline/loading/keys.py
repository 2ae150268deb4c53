"""Identity keys for the epochs that pending objects touch: made by one unmapped task, before any hashing."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from enrichers.identity import KeyRing
from ingest.bytepass import first_line
from ingest.errors import ObjectError
from pipeline.loading.attributes import epoch_table
from pipeline.loading.pending import PendingObject
from pipeline.loading.refused import object_errors
from pipeline.settings import Settings

_COMBINED_TIME = re.compile(rb"\[(\d{2}/\w{3}/\d{4}):")


def ensure(settings: Settings, objects: list[dict[str, Any]], now: datetime) -> list[str]:
    """Create the keys of all epochs that the objects begin or end in; returns the epochs.

    A line of another epoch (an unsorted object) still finds a key: creation is atomic, so the loader
    may make what this missed.
    """
    ring = KeyRing(settings.keys, settings.identity_epoch)
    days = {day for entry in objects for day in _days_of(PendingObject(**entry))}
    epochs = needed_epochs(sorted(days), ring.kind)
    ring.ensure(epochs, now)
    ring.secret("quarantine")
    return epochs


def needed_epochs(days: list[date], kind: str) -> list[str]:
    """The epochs of these days and, for an epoch's first days, the one before it (contract B)."""
    table = epoch_table(days, kind)
    return sorted({*table["identity_epoch"], *table["previous_identity_epoch"].dropna()})


def _days_of(pending: PendingObject) -> list[date]:
    days = [pending.modified_on]
    if not Path(pending.path).exists():
        # Not fetched yet. Its lines are hardly older than it is; for those that are the loader makes the key.
        return days
    try:
        with object_errors(pending.name):
            begun = _day_of_line(first_line(pending.as_log_object()))
    except ObjectError:
        # The loader will refuse the object and say why.
        begun = None
    return [*days, begun] if begun else days


def _day_of_line(line: bytes) -> date | None:
    """The UTC day of a line of either format; None where it names none, which the reader will say."""
    found = _COMBINED_TIME.search(line)
    try:
        if found:
            text = found.group(1).decode("ascii")
            return datetime.strptime(text, "%d/%b/%Y").replace(tzinfo=UTC).date()
        return datetime.fromtimestamp(float(json.loads(line)["msec"]), tz=UTC).date()
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError, OSError):
        return None
