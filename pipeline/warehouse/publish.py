"""Publish: the tested, closed warehouse becomes what people read, by one rename."""

from __future__ import annotations

import json
import shutil
from typing import Any

import duckdb

from pipeline.lake.ledger import fsync, replace_durably, write_durably
from pipeline.process.lock import warehouse_lock
from pipeline.process.resources import full_disk_errors
from pipeline.settings import Settings
from pipeline.warehouse import pull_requests


class PublishError(RuntimeError):
    """The warehouse is not one that passed its tests; what was published before stays."""


def mark_untested(settings: Settings) -> None:
    """From here on the warehouse is being changed: nobody may publish it. Call it under the lock."""
    settings.tested.unlink(missing_ok=True)
    fsync(settings.data)


def mark_tested(settings: Settings, built_from: dict[str, Any]) -> None:
    """All tests passed on the warehouse, built from these models and this catalogue, for these days
    (`plan.built_from`).

    Call it under the same lock as the build.
    """
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        loads = con.execute("select load_id from marts.load_ledger order by load_id").fetchall()
    content = {"load_ids": [load_id for (load_id,) in loads]} | built_from
    write_durably(settings.tested, json.dumps(content, sort_keys=True) + "\n")


def publish(settings: Settings) -> dict[str, Any]:
    """Copy the checkpointed warehouse byte by byte beside `pullhouse.duckdb`, fsync, rename.

    Then the same with the requests of the days that were built (`pull_requests`).
    Readers who have the old file open keep their snapshot; new ones see the new file. Raises PublishError
    when the warehouse is not as its last passed tests saw it, LockError when another run holds it,
    ResourceError when the disk is full.
    """
    with warehouse_lock(settings):
        if not settings.tested.exists():
            raise PublishError(
                f"{settings.warehouse} was not built, or changed after its tests; nothing was published."
                " Run `build_marts` again."
            )
        tested = settings.tested.read_text(encoding="utf-8")
        days = json.loads(tested).get("days", [])
        with duckdb.connect(str(settings.warehouse)) as con:
            con.execute("force checkpoint")
        temporary = settings.marts.with_suffix(".duckdb.tmp")
        with full_disk_errors(temporary):
            try:
                shutil.copyfile(settings.warehouse, temporary)
                replace_durably(temporary, settings.marts)
            except OSError:
                # Half a copy on a full disk would be in the way of the next run.
                temporary.unlink(missing_ok=True)
                raise
        pull_requests.replace(settings, days, everything=settings.rebuilding.exists())
        settings.former_marts.unlink(missing_ok=True)
        # Written last: a crash before it only means that the next run builds these days once more.
        write_durably(settings.publication, tested)
        settings.rebuilding.unlink(missing_ok=True)
    return {
        "loads": len(json.loads(tested)["load_ids"]),
        "bytes": settings.marts.stat().st_size,
        "marts": str(settings.marts),
    }
