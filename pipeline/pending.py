"""What the sources have and the ledger lacks."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.errors import SourceError
from ingest.objects import LogObject, list_objects
from pipeline.ledger import Ledger
from pipeline.settings import Settings, Source

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PendingObject:
    """One object to load; small and JSON-able, so that it may travel between tasks."""

    source: str
    name: str
    path: str
    size: int
    modified_ns: int
    log_format: str

    def as_log_object(self) -> LogObject:
        """The object as `ingest` knows it."""
        return LogObject(
            name=self.name,
            path=Path(self.path),
            source=self.source,
            size=self.size,
            modified_ns=self.modified_ns,
        )


def find(settings: Settings, since: datetime | None = None) -> list[dict[str, Any]]:
    """List the objects of all sources that the ledger does not know, oldest name first.

    `since`: objects last written before it (UTC) are passed over; that is the look-back of the daily
    run. A source that is missing or empty does not stop the others: its error is logged. Raises SourceError
    when no source is configured, and the first one's error, which is not logged, when none could be listed.
    """
    found, problems = search(settings, since)
    nothing_is_left = len(problems) == len(settings.all_sources)
    # The first one is told by who catches it.
    for problem in problems[1:] if nothing_is_left else problems:
        logger.error("%s", problem)
    if nothing_is_left:
        raise problems[0]
    return found


def search(
    settings: Settings, since: datetime | None = None
) -> tuple[list[dict[str, Any]], list[SourceError]]:
    """What `find` returns, and the errors of the sources that could not be listed."""
    if not settings.all_sources:
        raise SourceError(
            "settings", "no source of logs is configured", "Give LOGS=…, or [[sources]] in pullhouse.toml."
        )
    known = Ledger(settings.loads).objects
    earliest_ns = int(since.timestamp() * 1e9) if since else 0
    found: list[dict[str, Any]] = []
    problems: list[SourceError] = []
    for source in settings.all_sources:
        try:
            listed = list_objects(source.location, source=source.name)
        except SourceError as error:
            problems.append(error)
            continue
        found += [
            asdict(_pending(item, source))
            for item in listed
            if item.modified_ns >= earliest_ns
            and (item.source, item.name, item.size, item.modified_ns) not in known
        ]
    return found, problems


def _pending(item: LogObject, source: Source) -> PendingObject:
    return PendingObject(
        source=item.source,
        name=item.name,
        path=str(item.path),
        size=item.size,
        modified_ns=item.modified_ns,
        log_format=source.log_format,
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
