"""`pull_requests`: the requests of each session, published as one Parquet file a day.

Not in `pullhouse.duckdb`, of which they would be almost half: few people read them, one day at a time. A
build leaves the files of the days that it planned in a folder that nobody reads
(models/marts/core/pull_requests.sql); a publication puts them in place.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from pipeline.lake.ledger import fsync, replace_durably
from pipeline.process.resources import full_disk_errors
from pipeline.settings import Settings

FILE = "data_0.parquet"


def file_of(settings: Settings, day: date | str) -> Path:
    """Where the requests of the sessions that started on a UTC day are published."""
    return settings.pull_requests / f"pull_date={day}" / FILE


def built(settings: Settings) -> Path:
    """The folder in which a build leaves the files of its days."""
    return settings.pull_requests.with_suffix(".tmp")


def prepare(settings: Settings) -> None:
    """An empty folder for a build: what another left there, which was not published, is not of these days."""
    shutil.rmtree(built(settings), ignore_errors=True)
    built(settings).mkdir(parents=True)


def replace(settings: Settings, days: list[str], everything: bool) -> None:
    """Put what the last build left in place.

    A day of `days` without a file goes; with `everything`, any other day without one.

    Day after day: a crash in between leaves days of before. All that was built stays until the end, so that a
    publication tried again finds it; after the end there is nothing to do.
    """
    folder = built(settings)
    if not folder.exists():
        return
    settings.pull_requests.mkdir(parents=True, exist_ok=True)
    known = {path.name for path in settings.pull_requests.iterdir()}
    written = {path.name for path in folder.iterdir()}
    for name in sorted(written):
        _put(folder / name / FILE, settings.pull_requests / name / FILE)
    for name in known - written:
        if everything or name.removeprefix("pull_date=") in days:
            shutil.rmtree(settings.pull_requests / name)
    fsync(settings.pull_requests)
    shutil.rmtree(folder)


def _put(built_file: Path, target: Path) -> None:
    """Copied, since not every file system has hard links. Raises ResourceError when the disk is full."""
    temporary = target.with_suffix(".tmp")
    with full_disk_errors(temporary):
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(built_file, temporary)
        replace_durably(temporary, target)
