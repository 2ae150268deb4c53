"""What a warehouse holds, how fresh it is, what is missing, and what to do next."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ingest.errors import SourceError
from pipeline import pending, registry
from pipeline.ledger import Ledger
from pipeline.plan import read_publication
from pipeline.registry import Unanswered
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Status:
    """The state of one data directory."""

    loads: int
    lines: int
    quarantined: dict[str, int]
    last_logged_at: dict[str, str]
    missing_days: list[date]
    unpublished_loads: int
    pending_objects: int | None
    source_problems: list[str]
    lookups: Unanswered
    bytes_on_disk: dict[str, int]
    next_step: str


def read(settings: Settings) -> Status:
    """Read the state from the ledger, the catalogue, the sources and the disk; opens no database."""
    ledger = Ledger(settings.loads)
    loads = ledger.current
    reasons: Counter[str] = Counter()
    latest: dict[str, str] = {}
    for load in loads:
        reasons.update(load.reasons)
        if load.last_logged_at:
            latest[load.source] = max(latest.get(load.source, ""), load.last_logged_at)
    unpublished = len(set(ledger.loads) - set(read_publication(settings)["load_ids"]))
    waiting, problems = _waiting(settings)
    return Status(
        loads=len(loads),
        lines=sum(load.line_count for load in loads),
        quarantined=dict(reasons),
        last_logged_at=latest,
        missing_days=_gaps({date.fromisoformat(day) for load in loads for day in load.dates}),
        unpublished_loads=unpublished,
        pending_objects=waiting,
        source_problems=problems,
        lookups=registry.unanswered(settings),
        bytes_on_disk={
            name: _size(settings.data / name)
            for name in ("lake", "landing", "marts.duckdb", "warehouse.duckdb", "scratch.duckdb")
        },
        next_step=_next_step(settings, len(loads), unpublished, waiting),
    )


def show(status: Status, settings: Settings, now: datetime, console: Console) -> None:
    """Print the state for a person; `now` in UTC."""
    table = Table(title=f"Pullhouse in {settings.data}", title_justify="left", box=None, show_header=False)
    table.add_row("loaded", f"{status.loads:,} objects, {status.lines:,} lines")
    for source, latest in sorted(status.last_logged_at.items()):
        age = now.replace(tzinfo=None) - datetime.fromisoformat(latest)
        table.add_row(f"source {source}", f"delivered until {latest[:16]} UTC, {_age(age)} ago")
    table.add_row("days without requests", _days(status.missing_days))
    table.add_row("quarantine", _reasons(status.quarantined))
    table.add_row("registry look-ups", _lookups(status.lookups, settings))
    table.add_row("loaded, not published", f"{status.unpublished_loads:,} objects")
    waiting = "not known" if status.pending_objects is None else f"{status.pending_objects:,} objects"
    table.add_row("waiting at the sources", waiting)
    for problem in status.source_problems:
        table.add_row("", problem)
    sizes = ", ".join(f"{name} {size / 1e6:,.1f} MB" for name, size in status.bytes_on_disk.items())
    table.add_row("on disk", sizes)
    table.add_row("next", status.next_step)
    console.print(table)


def _waiting(settings: Settings) -> tuple[int | None, list[str]]:
    """How many objects wait (None where no source can be listed), and what is wrong with the sources."""
    try:
        found, problems = pending.search(settings)
    except SourceError as error:
        return None, [str(error)]
    known = len(problems) < len(settings.all_sources)
    return len(found) if known else None, [str(problem) for problem in problems]


def _gaps(days: set[date]) -> list[date]:
    if not days:
        return []
    first, last = min(days), max(days)
    span = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in span if day not in days]


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    total = 0
    for item in path.rglob("*"):
        # A run may be renaming its temporary files meanwhile.
        with suppress(FileNotFoundError):
            total += item.stat().st_size if item.is_file() else 0
    return total


def _next_step(settings: Settings, loads: int, unpublished: int, waiting: int | None) -> str:
    if not loads:
        return "Nothing is loaded yet: `make run`, or `make run LOGS=<your logs> DATA=<directory>`."
    if unpublished:
        return "A run loaded objects and did not publish them: `make run` with the same LOGS and DATA again."
    if waiting:
        return "New objects wait: run `make run` with the same LOGS and DATA."
    return f"All is published: ask {settings.marts} what you want to know (docs/recipes.md)."


def _age(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"


def _days(days: list[date]) -> str:
    if not days:
        return "none"
    shown = ", ".join(str(day) for day in days[:5])
    return f"{len(days):,}: {shown}{' …' if len(days) > 5 else ''}"


def _lookups(lookups: Unanswered, settings: Settings) -> str:
    """Also without a registry: what an earlier one failed to tell is still not known."""
    failed = sum(lookups.reasons.values())
    if not failed:
        return "none failed" if settings.registry else "no registry is configured; see docs/catalogue.md"
    given_up = f"; {lookups.given_up:,} of them will not be asked for again" if lookups.given_up else ""
    return f"{failed:,} failed: {_reasons(lookups.reasons)}{given_up}; see docs/catalogue.md"


def _reasons(reasons: dict[str, int]) -> str:
    if not reasons:
        return "empty"
    return ", ".join(f"{reason} {count:,}" for reason, count in sorted(reasons.items()))
