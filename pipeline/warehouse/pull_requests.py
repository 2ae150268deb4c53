"""`pull_requests`: the requests of each session, published as one Parquet file a day.

Not in `pullhouse.duckdb`, of which they would be almost half: few people read them, one day at a time.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb

from pipeline.lake.ledger import fsync, replace_durably
from pipeline.lake.parquet import quoted
from pipeline.process.resources import confine, full_disk_errors
from pipeline.settings import Settings

# Where dbt leaves them (models/marts/core): those of all days that the build read.
BUILT = "scratch.marts.pull_requests"
FILE = "data_0.parquet"


def file_of(settings: Settings, day: date | str) -> Path:
    """Where the requests of the sessions that started on a UTC day are published."""
    return settings.pull_requests / f"pull_date={day}" / FILE


def write(settings: Settings, days: list[str]) -> Path:
    """Write the files of these days, as the last build made them, into a folder that nobody reads yet.

    Returns the folder, for `replace`. It is empty where the build made none: that of a few models only.
    Raises ResourceError when the disk is full.
    """
    folder = settings.pull_requests.with_suffix(".tmp")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if not settings.scratch.exists():
        return folder
    try:
        with full_disk_errors(folder), duckdb.connect() as con:
            confine(con, settings.memory_limit, settings.data / "dbt")
            con.execute(f"attach {quoted(str(settings.scratch))} as scratch (read_only)")
            if con.execute("select 1 from duckdb_views() where view_name = 'pull_requests'").fetchall():
                _copy(con, days, folder)
    except BaseException:
        # Half a copy on a full disk would be in the way of the next run.
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _copy(con: duckdb.DuckDBPyConnection, days: list[str], folder: Path) -> None:
    wanted = ", ".join(f"date {quoted(day)}" for day in days) or "null"
    con.execute(
        f"copy (select * from {BUILT} where pull_date in ({wanted})) to {quoted(str(folder))} (format"
        " parquet, compression zstd, partition_by (pull_date), write_partition_columns, overwrite_or_ignore)"
    )


def replace(settings: Settings, folder: Path, days: list[str], everything: bool) -> None:
    """Put the written files in place; a day of `days` without one, or with `everything` any other, goes.

    Day after day: a crash in between leaves days of before, which the next run builds and publishes anew.
    """
    settings.pull_requests.mkdir(parents=True, exist_ok=True)
    known = {path.name for path in settings.pull_requests.iterdir()}
    written = {path.name for path in folder.iterdir()}
    for name in sorted(written):
        target = settings.pull_requests / name / FILE
        target.parent.mkdir(exist_ok=True)
        replace_durably(folder / name / FILE, target)
    for name in known - written:
        if everything or name.removeprefix("pull_date=") in days:
            shutil.rmtree(settings.pull_requests / name)
    fsync(settings.pull_requests)
    shutil.rmtree(folder)
