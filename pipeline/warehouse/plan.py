"""Which days the next build rebuilds, and from which files (law 3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingest.scrub import scrub
from pipeline.catalogue import changes, store
from pipeline.lake import parquet
from pipeline.lake.ledger import Ledger, Load
from pipeline.loading import stages
from pipeline.paths import REPOSITORY_ROOT
from pipeline.process.lock import warehouse_lock
from pipeline.settings import Settings
from pipeline.warehouse import not_loaded, own_files

DAY = timedelta(days=1)
# A session that begins on one day may end on the next, so a dirty day dirties its neighbours, and their
# sessions are cut from the requests of one day more on either side.
REBUILD_REACH = 1
READ_REACH = 2

# The first day of the period that holds a day.
PERIODS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - DAY * day.weekday(),
    "month": lambda day: day.replace(day=1),
    "year": lambda day: day.replace(month=1, day=1),
}

PLAN_COLUMNS = pa.schema([("kind", pa.string()), ("period_start", pa.date32()), ("file", pa.string())])
# The ledger as the models see it; moments as text, which DuckDB casts.
LEDGER_COLUMNS = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("load_id", "source", "object_name", "log_format", "reader", "supersedes")
        ),
        ("is_superseded", pa.bool_()),
        *(
            (f"{name}_count", pa.int64())
            for name in ("line", "staged", "quarantined", "skipped", "opted_out")
        ),
        *((name, pa.string()) for name in ("first_requested_at", "last_logged_at", "reference_set")),
        ("dates", pa.list_(pa.date32())),
        ("date_row_counts", pa.list_(pa.int64())),
        ("opted_out_dates", pa.list_(pa.date32())),
        ("opted_out_date_counts", pa.list_(pa.int64())),
        ("quarantined_dates", pa.list_(pa.date32())),
        ("quarantined_date_counts", pa.list_(pa.int64())),
        ("hidden_repository_digests", pa.list_(pa.string())),
        ("hidden_dates", pa.list_(pa.date32())),
        ("hidden_counts", pa.list_(pa.int64())),
    ]
)


def write(
    settings: Settings, full: bool = False, start: date | None = None, end: date | None = None
) -> dict[str, Any]:
    """Write `plan.parquet` (kind, period_start, file), and for the models the ledger and what was lost.

    Kinds: day, week, month, year (what is rebuilt), last_day (that was loaded), read (a lake file), source (a
    configured source).

    Dirty days are the dates of committed loads that the published ledger lacks, and those that name a
    manifest that the published catalogue lacks; with `full`, or when the models, seeds or warehouse are not
    those that were published, all days; with `start` and `end`, those days too. Returns counts, and
    `is_due`: whether there is anything to build. A load without a single request dirties no day, and is to
    stand in the published ledger all the same; a file
    written by hand that changed (own_files), or another list of refused objects, dirties none either. Raises
    LockError when another run holds the warehouse: the plan that it builds must not change under it.
    """
    with warehouse_lock(settings):
        return _write(settings, full, start, end)


def _write(settings: Settings, full: bool, start: date | None, end: date | None) -> dict[str, Any]:
    store.ensure(settings)
    ledger = Ledger(settings.loads)
    published = read_publication(settings)
    stages.settle(ledger, settings.lake, set(published["load_ids"]))
    everything = {day for load in ledger.current for day in _days_of(load)}
    reason = _full_reason(settings, published, full)
    dirty = everything if reason else _dirty_days(settings, ledger, published)
    if start and end:
        dirty |= {start + DAY * offset for offset in range((end - start).days + 1)}
    days = _around(dirty, REBUILD_REACH)
    if not reason:
        days |= _silent_days(ledger, published, dirty & everything)
    files = _files(ledger, _around(dirty, READ_REACH))
    _write_plan(settings, days, files, last_day=max(everything, default=None))
    _write_ledger(settings, ledger)
    not_loaded.write(settings, ledger)
    is_rewritten = published.get("own_files") != own_files.write(settings)
    is_rewritten |= published.get("refused") != not_loaded.fingerprint(settings)
    unpublished = ledger.loads.keys() - set(published["load_ids"])
    return {
        "is_due": bool(days or unpublished or ((reason or is_rewritten) and ledger.loads)),
        "dirty_days": len(dirty),
        "rebuilt_days": len(days),
        "files": len(files),
        "full": reason,
        "first_day": str(min(dirty)) if dirty else None,
        "last_day": str(max(dirty)) if dirty else None,
    }


def read_publication(settings: Settings) -> dict[str, Any]:
    """What the published marts were built from; empty where nothing was published, or nobody can tell.

    Then all is built anew, which is right in either case.
    """
    nothing: dict[str, Any] = {"load_ids": [], "fingerprint": None, "catalogue": []}
    if not (settings.publication.exists() and settings.marts.exists()):
        return nothing
    try:
        content = json.loads(settings.publication.read_text(encoding="utf-8"))
    except ValueError:
        return nothing
    return content if isinstance(content, dict) and content.keys() >= nothing.keys() else nothing


def built_from(settings: Settings) -> dict[str, Any]:
    """What, besides the loads, a build makes the marts from, and which days it builds.

    A digest of the models, the catalogue's files, digests of the files written by hand and of the refused
    objects, the planned days (YYYY-MM-DD); none without a plan.
    """
    return {
        "fingerprint": fingerprint(),
        "catalogue": changes.files(settings),
        "own_files": own_files.fingerprint(settings),
        "refused": not_loaded.fingerprint(settings),
        "days": _planned(settings, "day", "period_start"),
    }


def files_to_read(settings: Settings) -> list[str]:
    """Paths of the lake's files that the planned build reads; none without a plan."""
    return _planned(settings, "read", "file")


def _planned(settings: Settings, kind: str, column: str) -> list[str]:
    if not settings.plan.exists():
        return []
    query = f"select cast({column} as varchar) from read_parquet(?) where kind = ? order by 1"
    with duckdb.connect() as con:
        return [value for (value,) in con.execute(query, [str(settings.plan), kind]).fetchall()]


def fingerprint(root: Path = REPOSITORY_ROOT) -> str:
    """A digest of the models, macros, variables and seeds: another one means another warehouse."""
    by_hand = {f"{form.name}.csv" for form in own_files.FORMS}
    names = [*sorted((root / "seeds").rglob("*")), *sorted((root / "dbt_project").rglob("*"))]
    digest = hashlib.sha256()
    for path in names:
        relative = path.relative_to(root)
        is_model = path.suffix in {".sql", ".yml", ".csv"} and path.name not in by_hand
        if is_model and "target" not in relative.parts:
            digest.update(str(relative).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _full_reason(settings: Settings, published: dict[str, Any], full: bool) -> str | None:
    if full:
        return "asked for"
    if not settings.warehouse.exists():
        return "no warehouse yet"
    if settings.rebuilding.exists():
        return "the last full rebuild did not end"
    if published["fingerprint"] != fingerprint():
        return "the models or seeds changed"
    if not set(published["catalogue"]) <= set(changes.files(settings)):
        return "the manifest catalogue lost a file"
    return None


def _dirty_days(settings: Settings, ledger: Ledger, published: dict[str, Any]) -> set[date]:
    """Dates of new loads, of the loads that they supersede, and those that name newly learned manifests."""
    before = set(published["load_ids"])
    new = [load for load_id, load in ledger.loads.items() if load_id not in before]
    replaced = [ledger.loads[load.supersedes] for load in new if load.supersedes in ledger.loads]
    dates = {day for load in [*new, *replaced] for day in _days_of(load)}
    return dates | changes.dirty_days(settings, ledger, published["catalogue"])


def _silent_days(ledger: Ledger, published: dict[str, Any], logged: set[date]) -> set[date]:
    """The days without lines between the last published one and the next: windows end on them too."""
    before = published["load_ids"]
    known = {day for load_id in before if load_id in ledger.loads for day in _days_of(ledger.loads[load_id])}
    later = {day for day in logged if known and day > max(known)}
    if not later:
        return set()
    return {max(known) + DAY * offset for offset in range(1, (min(later) - max(known)).days)}


def _days_of(load: Load) -> set[date]:
    """Days that a load says something of, if only how many of their lines opted out."""
    return {date.fromisoformat(day) for day in (*load.dates, *load.opted_out_by_date)}


def _around(days: Iterable[date], reach: int) -> set[date]:
    return {day + DAY * offset for day in days for offset in range(-reach, reach + 1)}


def _files(ledger: Ledger, days: set[date]) -> list[str]:
    wanted = {f"date={day}" for day in days}
    return sorted(file for load in ledger.current for file in load.files if Path(file).parent.name in wanted)


def _write_plan(settings: Settings, days: set[date], files: list[str], last_day: date | None) -> None:
    empty = parquet.ensure_empty_file(settings.requests)
    rows: list[tuple[str, date | None, str | None]] = [
        (kind, start, None) for kind in PERIODS for start in period_starts(kind, days)
    ]
    rows += [("read", None, str(settings.lake / file)) for file in files]
    rows.append(("read", None, str(empty)))
    rows += [("last_day", last_day, None)] if last_day else []
    rows += [("source", None, source.name) for source in settings.all_sources]
    plan = [dict(zip(PLAN_COLUMNS.names, row, strict=True)) for row in rows]
    parquet.write_rows(plan, PLAN_COLUMNS, settings.plan)


def _write_ledger(settings: Settings, ledger: Ledger) -> None:
    """The ledger as one table: one row per load."""
    superseded = ledger.superseded
    loads = [
        asdict(load)
        | {
            # The lake needs the whole name to recognise an object; readers of the marts do not.
            "object_name": scrub(load.object_name),
            "is_superseded": load.load_id in superseded,
            "dates": [date.fromisoformat(day) for day in load.dates],
            "date_row_counts": list(load.dates.values()),
            "opted_out_dates": [date.fromisoformat(day) for day in load.opted_out_by_date],
            "opted_out_date_counts": list(load.opted_out_by_date.values()),
            "quarantined_dates": [date.fromisoformat(day) for day in load.quarantined_by_date],
            "quarantined_date_counts": list(load.quarantined_by_date.values()),
            **_hidden_columns(load),
        }
        for load in ledger.loads.values()
    ]
    query = (
        "select * replace (cast(first_requested_at as timestamp) as first_requested_at,"
        " cast(last_logged_at as timestamp) as last_logged_at) from loads order by load_id"
    )
    with duckdb.connect() as con:
        con.register("loads", pa.Table.from_pylist(loads, schema=LEDGER_COLUMNS))
        parquet.write_parquet(con, query, settings.ledger_table)


def _hidden_columns(load: Load) -> dict[str, list[Any]]:
    rows = [
        (digest, date.fromisoformat(day), lines)
        for digest, days in load.hidden_by_repository.items()
        for day, lines in days.items()
    ]
    names = ("hidden_repository_digests", "hidden_dates", "hidden_counts")
    return {name: [row[number] for row in rows] for number, name in enumerate(names)}


def period_starts(kind: str, days: Iterable[date]) -> list[date]:
    """The first days of the ISO weeks, months or years (or the days) that hold `days`, in order."""
    return sorted({PERIODS[kind](day) for day in days})
