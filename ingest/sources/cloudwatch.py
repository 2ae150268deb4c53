"""A log group of CloudWatch Logs: one object for each hour (UTC) of its events that is over."""

from __future__ import annotations

import builtins
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from ingest.errors import SourceError
from ingest.sources import aws
from ingest.sources.aws_errors import fetch_errors, source_errors
from ingest.sources.model import LogObject
from ingest.sources.remote import Access, landed, landing_path

_HOUR = timedelta(hours=1)
# So long after its end an hour is read, and read again: agents deliver late, and CloudWatch takes events as
# much as 14 days old (PutLogEvents). What came since stands at the end: to the ledger the hour has grown.
LOOKS = (timedelta(minutes=10), timedelta(days=1), timedelta(days=14, hours=1))
# Of what came in a moment ago a part may not be visible yet: it is left for the next look.
_SETTLED = timedelta(minutes=2)
# DescribeLogStreams may say an hour late when the last event was.
_SAID_LATE = timedelta(hours=2)
_PAGE = 10_000


@dataclass(frozen=True)
class CloudWatchSource:
    """The events of a log group, or of its streams whose names begin so: cloudwatch://group[?streams=…]."""

    location: str
    name: str
    landing: Path
    access: Access = field(default_factory=Access)

    def list(self, since: datetime | None = None) -> builtins.list[LogObject]:
        """As LogSource.list; every hour between the first and the last event, of which some may hold none."""
        now = _now()
        with source_errors(self.location):
            kept = self._retention()
            first, last = self._span()
        begin = max(first, since - LOOKS[-1] - _HOUR) if since else first
        until = min(now, last + _SAID_LATE)
        found = [self._object(hour, look) for hour, look in hours(begin, until, now, kept)]
        if not found:
            raise SourceError(self.location, "no hour with events is over", "The next run looks again.")
        return found

    def fetch(self, item: LogObject) -> None:
        """As LogSource.fetch: a line an event, in the order in which CloudWatch took them in."""
        if item.path.exists():
            return
        settled = _milliseconds(_now() - _SETTLED)
        with landed(item.path) as file, fetch_errors(item.name), _InOrder.beside(item.path) as events:
            for page in self._pages(datetime.fromisoformat(item.version)):
                events.add(event for event in page if event["ingestionTime"] <= settled)
            if not events.write_to(file):
                # Without a line all hours without events would be one object to the ledger.
                file.write(f"#Remark: no events in {item.name}\n".encode())

    @property
    def _group(self) -> str:
        return self.location.removeprefix("cloudwatch://").partition("?")[0]

    @property
    def _streams(self) -> dict[str, str]:
        """The argument of the API that chooses streams, if any."""
        prefix = self.location.partition("?")[2].removeprefix("streams=")
        return {"logStreamNamePrefix": prefix} if prefix else {}

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - boto3 makes its classes when it runs
        return aws.client("logs", self.access)

    def _retention(self) -> timedelta | None:
        """After which time events are deleted; None: never."""
        pages = self._client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=self._group)
        for page in pages:
            for group in page["logGroups"]:
                if group["logGroupName"] == self._group:
                    days = group.get("retentionInDays")
                    return timedelta(days=days) if days else None
        raise SourceError(self.location, "there is no such log group", "Mend the location, or the region.")

    def _span(self) -> tuple[datetime, datetime]:
        """The times of the first and of the last event. Raises SourceError where there is none."""
        pages = self._client.get_paginator("describe_log_streams").paginate(
            logGroupName=self._group, **self._streams
        )
        streams = [each for page in pages for each in page["logStreams"] if "firstEventTimestamp" in each]
        if not streams:
            raise SourceError(self.location, "no event is there", "Is the group right? Does it log there?")
        last = max(max(each["lastEventTimestamp"], each["lastIngestionTime"]) for each in streams)
        return _moment(min(each["firstEventTimestamp"] for each in streams)), _moment(last)

    def _pages(self, hour: datetime) -> Iterator[builtins.list[dict[str, Any]]]:
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=self._group,
            startTime=_milliseconds(hour),
            endTime=_milliseconds(hour + _HOUR) - 1,
            PaginationConfig={"PageSize": _PAGE},
            **self._streams,
        )
        for page in pages:
            yield page["events"]

    def _object(self, hour: datetime, look: datetime) -> LogObject:
        name = f"{self.location}#{hour:%Y-%m-%dT%H}"
        modified_ns = _milliseconds(look) * 10**6
        path = landing_path(self.landing, self.name, name, 0, modified_ns)
        return LogObject(name, path, self.name, size=0, modified_ns=modified_ns, version=hour.isoformat())


def hours(
    first: datetime, last: datetime, now: datetime, kept: timedelta | None
) -> builtins.list[tuple[datetime, datetime]]:
    """The hours (UTC, by their beginning) of a span that may be read now, each with its newest look.

    `kept`: of an hour whose events are being deleted by their age nothing is read any more: to the ledger
    it would be another log, and its lines counted twice.
    """
    found = []
    hour = first.replace(minute=0, second=0, microsecond=0)
    while hour <= last:
        past = [hour + _HOUR + wait for wait in LOOKS if hour + _HOUR + wait <= now]
        if past and (kept is None or now < hour + kept):
            found.append((hour, past[-1]))
        hour += _HOUR
    return found


class _InOrder:
    """Events by the time at which they were taken in; on disk, since an hour may be larger than memory."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("pragma journal_mode = off")
        database.execute("pragma synchronous = off")
        database.execute(
            "create table events (taken_in integer, logged integer, id text, line text,"
            " primary key (taken_in, logged, id)) without rowid"
        )

    @classmethod
    @contextmanager
    def beside(cls, path: Path) -> Iterator[_InOrder]:
        """In a file of its own, which is gone when the block ends."""
        with (
            tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part") as file,
            closing(sqlite3.connect(file.name)) as database,
        ):
            yield cls(database)

    def add(self, events: Iterable[dict[str, Any]]) -> None:
        """Keep the events of a page; one that came before is kept once."""
        self._database.executemany(
            "insert or ignore into events values (?, ?, ?, ?)",
            ((e["ingestionTime"], e["timestamp"], e["eventId"].zfill(56), e["message"]) for e in events),
        )

    def write_to(self, file: BinaryIO) -> bool:
        """Write a line for each event; whether there was one."""
        is_any = False
        for (line,) in self._database.execute("select line from events order by taken_in, logged, id"):
            file.write(line.removesuffix("\n").encode("utf-8", "replace") + b"\n")
            is_any = True
        return is_any


def _now() -> datetime:
    return datetime.now(UTC)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
