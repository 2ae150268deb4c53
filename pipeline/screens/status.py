"""What a warehouse holds, how fresh it is, what is missing or wrong, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from ingest.errors import SourceError
from pipeline.catalogue import registry
from pipeline.catalogue.registry import Unanswered
from pipeline.lake.ledger import Ledger, Load
from pipeline.loading import pending
from pipeline.loading.pending import Search
from pipeline.loading.refused import Refusal, RefusedObjects
from pipeline.screens import losses
from pipeline.screens.losses import Losses
from pipeline.settings import Settings
from pipeline.warehouse.plan import read_publication
from pipeline.watch import rhythm
from pipeline.watch.rhythm import Rhythm

# What a problem means for the exit code of `status`.
LOOK, BROKEN = 1, 2
FILES = ("lake", "landing", "pullhouse.duckdb", "parquet", "warehouse.duckdb", "scratch.duckdb")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a person should know of. `level`: LOOK at it, or BROKEN; `kind`: a word."""

    level: int
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source: as it is configured, as the ledger knows it, or both.

    `last_logged_at`: UTC, null where nothing of it is loaded. `rhythm`: null without a day with requests, and
    for the bundled sample, which delivers once. `problem`: why it cannot be listed.
    """

    name: str
    is_configured: bool
    object_count: int
    last_logged_at: str | None
    rhythm: Rhythm | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """The state of one data directory."""

    loads: int
    lines: int
    losses: Losses
    sources: list[SourceStatus]
    missing_days: list[date]
    unpublished_loads: int
    pending_objects: int | None
    refused: list[Refusal]
    left_out: list[str]
    lookups: Unanswered
    bytes_on_disk: dict[str, int]
    problems: list[Problem]
    next_step: str

    @property
    def exit_code(self) -> int:
        """0: all is well; 1: look at it; 2: broken."""
        return max((problem.level for problem in self.problems), default=0)


def read(settings: Settings, now: datetime, since: datetime | None = None) -> Status:
    """Read the state from the ledger, the catalogue, the sources and the disk; opens no database.

    `now` in UTC. `since`: of objects last written before it nothing is asked. Raises LedgerError for a
    damaged ledger.
    """
    ledger = Ledger(settings.loads)
    loads = ledger.current
    unpublished = len(set(ledger.loads) - set(read_publication(settings)["load_ids"]))
    found = _search(settings, since)
    waiting = len(found.found) if found and len(found.problems) < len(settings.all_sources) else None
    lost, refused = losses.of_loads(loads), RefusedObjects(settings.refused).all()
    sources = _sources(settings, loads, found, now)
    return Status(
        loads=len(loads),
        lines=sum(load.line_count for load in loads),
        losses=lost,
        sources=sources,
        missing_days=_gaps({date.fromisoformat(day) for load in loads for day in load.dates}),
        unpublished_loads=unpublished,
        pending_objects=waiting,
        refused=refused,
        left_out=pending.left_out(settings),
        lookups=registry.unanswered(settings),
        bytes_on_disk={name: _size(settings.data / name) for name in FILES},
        problems=[
            *_problems_of_loads(settings, len(loads), unpublished, refused),
            *(problem for source in sources for problem in problems_of_source(source, sources)),
            *(Problem(LOOK, text) for text in losses.warnings(lost, settings.quarantine_warning_share)),
        ],
        next_step=_next_step(settings, len(loads), len(refused), unpublished, waiting),
    )


def _search(settings: Settings, since: datetime | None) -> Search | None:
    """None where no source is configured, as when `status` is asked with DATA alone."""
    try:
        return pending.look(settings, since)
    except SourceError:
        return None


def _sources(
    settings: Settings, loads: list[Load], found: Search | None, now: datetime
) -> list[SourceStatus]:
    configured = [source.name for source in settings.all_sources]
    delivered = {load.source for load in loads}
    problems = found.problems if found else {}
    return [
        _source([load for load in loads if load.source == name], name, name in configured, problems, now)
        for name in sorted({*configured, *delivered})
    ]


def _source(
    loads: list[Load], name: str, is_configured: bool, problems: dict[str, SourceError], now: datetime
) -> SourceStatus:
    # The sample delivers once: it has no rhythm to fall out of.
    days = (
        date.fromisoformat(day)
        for load in loads
        if not pending.is_of_sample(load.object_name)
        for day in load.dates
    )
    return SourceStatus(
        name=name,
        is_configured=is_configured,
        object_count=len(loads),
        last_logged_at=max((load.last_logged_at for load in loads if load.last_logged_at), default=None),
        rhythm=rhythm.of_days(days, now.date()),
        problem=str(problems[name]) if name in problems else None,
    )


def _problems_of_loads(
    settings: Settings, loads: int, unpublished: int, refused: list[Refusal]
) -> Iterator[Problem]:
    if not loads:
        yield Problem(BROKEN if refused else LOOK, "Nothing is loaded.")
    elif not settings.marts.exists() and settings.former_marts.exists():
        yield Problem(LOOK, f"{settings.former_marts.name} is of an older version: make run replaces it.")
    elif not settings.marts.exists():
        yield Problem(BROKEN, "Objects are loaded, and nothing was ever published: make run says why.")
    elif unpublished:
        yield Problem(LOOK, f"{unpublished:,} loaded objects are not published.")
    if refused:
        yield Problem(LOOK, f"Refused objects: {len(refused):,}; their reasons stand below.")


def problems_of_source(source: SourceStatus, sources: list[SourceStatus]) -> Iterator[Problem]:
    """What is wrong with one of the sources: it is gone, configured no longer, silent."""
    if source.problem:
        are_all_gone = all(other.problem for other in sources if other.is_configured)
        level = BROKEN if are_all_gone else LOOK
        yield Problem(level, f"Source {source.name} is gone: {source.problem}", "gone")
    elif not source.is_configured and any(other.is_configured for other in sources):
        yield Problem(
            LOOK,
            f"Source {source.name} delivered {source.object_count:,} objects and is configured no longer:"
            " name it in [[sources]] again, if it is still to be read.",
            "left out",
        )
    if source.rhythm and source.rhythm.is_silent:
        yield Problem(
            LOOK,
            f"Source {source.name} is silent: no request since {source.rhythm.last_day},"
            f" {source.rhythm.age} days ago; its longest gap before was"
            f" {_day_count(source.rhythm.longest_gap)}. Does the gateway still log there?",
            "silent",
        )


def _day_count(days: int | None) -> str:
    return "a day" if days == 1 else f"{days} days"


def _gaps(days: set[date]) -> list[date]:
    if not days:
        return []
    first, last = min(days), max(days)
    span = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in span if day not in days]


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(_sizes(path.rglob("*")))


def _sizes(paths: Iterable[Path]) -> Iterator[int]:
    for path in paths:
        # A run may be renaming its temporary files meanwhile.
        with suppress(FileNotFoundError):
            yield path.stat().st_size if path.is_file() else 0


def _next_step(settings: Settings, loads: int, refused: int, unpublished: int, waiting: int | None) -> str:
    if refused and not loads:
        return "Mend what is refused, or ask `make doctor LOGS=<your logs>` what they lack; then `make run`."
    if not loads:
        return "Nothing is loaded yet: `make run`, or `make run LOGS=<your logs> DATA=<directory>`."
    if unpublished:
        return "A run loaded objects and did not publish them: `make run` with the same LOGS and DATA again."
    if waiting:
        return "New objects wait: run `make run` with the same LOGS and DATA."
    return f"All is published: ask {settings.marts} what you want to know (docs/recipes.md)."
