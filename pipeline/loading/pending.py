"""What the sources have and the ledger lacks."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.errors import SourceError
from ingest.sources import local
from ingest.sources.model import LogObject
from pipeline.lake.ledger import Ledger
from pipeline.loading.refused import Refusal, RefusedObjects
from pipeline.loading.sources import open_source
from pipeline.settings import Settings, Source

logger = logging.getLogger(__name__)

# So many names tell what kind of files they are.
NAMED = 3
# Below the data directory; with what samples.LOGS is called.
SAMPLE_FOLDER = ("landing", "sample", "logs")
# A file system keeps what `touch` was told, be it the year 20000.
LATEST_NS = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp()) * 10**9


@dataclass(frozen=True, slots=True)
class PendingObject:
    """One object to load; small and JSON-able, so that it may travel between tasks."""

    source: str
    name: str
    path: str
    size: int
    modified_ns: int
    log_format: str
    version: str = ""

    @property
    def modified_on(self) -> date:
        """The UTC day of the last change; 1970-01-01 where a file's time is none that a calendar has."""
        is_sane = 0 <= self.modified_ns < LATEST_NS
        return datetime.fromtimestamp(self.modified_ns / 1e9 if is_sane else 0, tz=UTC).date()

    def as_log_object(self) -> LogObject:
        """The object as `ingest` knows it."""
        return LogObject(
            name=self.name,
            path=Path(self.path),
            source=self.source,
            size=self.size,
            modified_ns=self.modified_ns,
            version=self.version,
        )


def find(settings: Settings, since: datetime | None = None) -> list[dict[str, Any]]:
    """List the objects of all sources that the ledger does not know, oldest name first.

    An object on the list of refused objects is passed over until it, or how it would be read, changes; one
    that its source no longer has is taken off that list. `since`: objects last written before it (UTC) are
    passed over; that is the look-back of the daily run.

    A source that is missing or empty does not stop the others: its error is logged. Raises SourceError when
    no source is configured, the first one's error, which is not logged, when none could be listed, and as
    `check_apart` does.
    """
    check_apart(settings, [source.location for source in settings.all_sources])
    search = look(settings, since)
    for refusal in search.vanished:
        RefusedObjects(settings.refused).forget(refusal.source, refusal.name)
    problems = list(search.problems.values())
    nothing_is_left = len(problems) == len(settings.all_sources)
    # The first one is raised below, and logged by the caller.
    for problem in problems[1:] if nothing_is_left else problems:
        logger.error("%s", problem)
    if nothing_is_left:
        raise problems[0]
    return [asdict(item) for item in search.found]


@dataclass(frozen=True, slots=True)
class Search:
    """What waits; by source, why it could not be listed; refused objects that are no longer there."""

    found: list[PendingObject]
    problems: dict[str, SourceError]
    vanished: list[Refusal]


def look(settings: Settings, since: datetime | None = None) -> Search:
    """Search all sources and change nothing. Raises SourceError when no source is configured."""
    if not settings.all_sources:
        raise SourceError(
            "settings", "no source of logs is configured", "Give LOGS=…, or [[sources]] in pullhouse.toml."
        )
    known = Ledger(settings.loads).objects
    refused = {(entry.source, entry.name): entry for entry in RefusedObjects(settings.refused).all()}
    earliest_ns = int(since.timestamp() * 1e9) if since else 0
    listed, problems = listing(settings, since)
    found = [
        item
        for item in listed
        if item.modified_ns >= earliest_ns
        and (item.source, item.name, item.size, item.modified_ns) not in known
        and not _is_refused(item, refused)
    ]
    # In a source that cannot be listed a refused object may still lie.
    is_there = {(item.source, item.name) for item in listed}
    vanished = [
        entry for key, entry in refused.items() if key not in is_there and entry.source not in problems
    ]
    return Search(found, problems, vanished)


def listing(
    settings: Settings, since: datetime | None = None
) -> tuple[list[PendingObject], dict[str, SourceError]]:
    """All objects of all sources, loaded or not; the error of each source (by name) that cannot be listed.

    `since`: a remote source may leave older ones out.
    """
    listed: list[PendingObject] = []
    problems: dict[str, SourceError] = {}
    for source in settings.all_sources:
        try:
            objects = open_source(settings, source).list(since)
        except SourceError as error:
            problems[source.name] = error
        else:
            listed += [_pending(item, source) for item in objects]
    return listed, problems


def left_out(settings: Settings) -> list[str]:
    """A sentence for each folder of logs that holds files of other names: they are in no figure."""
    sentences = []
    for source in settings.all_sources:
        names = local.left_out(source.location)
        if names:
            more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
            sentences.append(
                f"{source.location}: not named like logs, and not read: {', '.join(names[:NAMED])}{more}."
                " If they are logs, give a glob: LOGS='<folder>/*'."
            )
    return sentences


def _is_refused(item: PendingObject, refused: dict[tuple[str, str], Refusal]) -> bool:
    refusal = refused.get((item.source, item.name))
    return refusal is not None and refusal.still_holds(item)


def check_apart(settings: Settings, locations: Iterable[str]) -> None:
    """Keep the bundled sample and real logs apart: their sum would be a figure of nothing.

    `locations`: what is to be loaded. Raises SourceError, with another data directory to give, where the data
    directory holds the one and this is the other.
    """
    loaded = [load.object_name for load in Ledger(settings.loads).loads.values()]
    known = loaded + [entry.name for entry in RefusedObjects(settings.refused).all()]
    coming = [str(Path(location) / "object") for location in locations]
    if len({is_of_sample(name) for name in known + coming}) < 2:
        return
    if any(map(is_of_sample, known)):
        what, way_out = "the bundled sample, which your logs must not be added to", "logs"
    else:
        what, way_out = "logs of your own, which the bundled sample must not be added to", "sample"
    other = shlex.quote(f"{settings.data}-{way_out}")
    own = " Or give LOGS=<file, folder or glob> to load more logs there." if way_out == "sample" else ""
    raise SourceError(str(settings.data), f"holds {what}", f"Give another directory: DATA={other}.{own}")


def is_of_sample(object_name: str) -> bool:
    """Whether an object is one of the bundled sample, which `make run` writes below landing/."""
    return Path(object_name).parts[-4:-1] == SAMPLE_FOLDER


def _pending(item: LogObject, source: Source) -> PendingObject:
    return PendingObject(
        source=item.source,
        name=item.name,
        path=str(item.path),
        size=item.size,
        modified_ns=item.modified_ns,
        log_format=source.log_format,
        version=item.version,
    )


def lookback_start(interval_end: datetime, settings: Settings) -> datetime:
    """The moment before which the daily run does not look for objects (UTC)."""
    return interval_end.astimezone(UTC) - timedelta(days=settings.lookback_days)


def groups(objects: list[dict[str, Any]], at_most: int = 32) -> list[list[dict[str, Any]]]:
    """Share the objects out over at most `at_most` groups of about the same number of bytes.

    Largest first onto the lightest group; inside a group the order of the listing is kept.
    """
    count = min(at_most, len(objects))
    shares: list[list[int]] = [[] for _ in range(count)]
    weights = [0] * count
    by_size = sorted(range(len(objects)), key=lambda index: (-objects[index]["size"], index))
    for index in by_size:
        lightest = weights.index(min(weights))
        shares[lightest].append(index)
        weights[lightest] += objects[index]["size"] + 1
    return [[objects[index] for index in sorted(share)] for share in shares]
