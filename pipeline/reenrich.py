"""Load logs again with today's reference data, where a person asks for it.

Rows of the lake keep what the reference data said when they were loaded (`reference_set`): new data change
nothing behind anybody's back. The lake holds no address, so only the logs can be enriched anew. An object is
loaded again where its source still has it unchanged and the keys of its epochs live; everything else keeps
what it has.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from enrichers.identity import KeyRing
from ingest.errors import ObjectError
from pipeline.lake.ledger import SCHEMA_VERSION, Ledger, Load
from pipeline.loading import pending
from pipeline.loading.load import Loader
from pipeline.loading.pending import PendingObject
from pipeline.loading.refused import object_errors
from pipeline.process.lock import warehouse_lock
from pipeline.settings import Settings
from pipeline.warehouse import build, publish


def reenrich(settings: Settings, start: date, end: date) -> dict[str, Any]:
    """Load again every object with requests between `start` and `end` (UTC days, inclusive), then build and
    publish these days.

    Returns how many were loaded again, how many were current already (the same reference data, by a version
    that wrote the same columns), and for each that could not be the reason; and what the build says. Raises
    as `build.plan_and_run` does, and SourceError where no source can be listed.
    """
    with warehouse_lock(settings):
        loader = Loader(settings)
        there = _listed(settings)
        again: list[Load] = []
        kept: list[str] = []
        current = 0
        for load in Ledger(settings.loads).current:
            if not any(start <= date.fromisoformat(day) <= end for day in load.dates):
                continue
            if (load.reference_set, load.schema_version) == (loader.reference.id, SCHEMA_VERSION):
                current += 1
                continue
            reason = _hindrance(load, there, loader.ring)
            if reason:
                kept.append(f"{load.object_name}: {reason}")
            else:
                try:
                    with object_errors(load.object_name):
                        again.append(loader.load_again(there[_key(load)], load))
                except ObjectError as error:
                    kept.append(str(error))
        days = [date.fromisoformat(day) for load in again for day in load.dates]
        built = build.plan_and_run(settings, start=min(days), end=max(days)) if days else {}
        if built:
            publish.publish(settings)
    return {
        "loaded_again": len(again),
        "already_current": current,
        "kept": kept,
        "reference_set": loader.reference.id,
        "warnings": loader.reference.warnings,
    } | {"build": built}


def _listed(settings: Settings) -> dict[tuple[str, str, int, int], PendingObject]:
    listed, problems = pending.listing(settings)
    if problems and not listed:
        raise next(iter(problems.values()))
    return {(item.source, item.name, item.size, item.modified_ns): item for item in listed}


def _key(load: Load) -> tuple[str, str, int, int]:
    return load.source, load.object_name, load.size, load.modified_ns


def _hindrance(
    load: Load, there: dict[tuple[str, str, int, int], PendingObject], ring: KeyRing
) -> str | None:
    """Why a load keeps what it has; None where it may be loaded again."""
    if _key(load) not in there:
        return "its source no longer has it as it was loaded"
    dead = [epoch for epoch in load.identity_epochs if ring.key(epoch) is None]
    if dead:
        return f"the key of {dead[0]} was destroyed, so its origins would be others"
    return None
