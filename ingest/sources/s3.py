"""A source on S3, or on a store that speaks its language (MinIO, Ceph, Google Cloud Storage, R2 …)."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from boto3.s3.transfer import TransferConfig, create_transfer_manager
from s3transfer.exceptions import RetriesExceededError, S3DownloadFailedError
from s3transfer.manager import TransferManager
from s3transfer.subscribers import BaseSubscriber

from ingest.errors import ObjectError, PassingObjectError, SourceError, one_line
from ingest.sources import aws
from ingest.sources.aws_errors import fetch_errors, source_errors
from ingest.sources.model import LogObject
from ingest.sources.remote import Access, landed, landing_path

# AWS writes these once, to try whether it may write there.
_TEST_FILES = ("ELBAccessLogTestFile", "aws-logs-write-test")
_TOKENS = {"%Y": r"\d{4}", "%m": r"\d\d", "%d": r"\d\d", "%H": r"\d\d", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_TOKEN = re.compile(r"%[YmdH]|\*\*|\*|\?")
_DAY = timedelta(days=1)
# No threads: a fetch runs beside others already, in tasks that Airflow forked. In parts from the first byte
# on: only then does s3transfer hold each answer against the ETag.
_TRANSFER = TransferConfig(use_threads=False, multipart_threshold=1, preferred_transfer_client="classic")


@dataclass(frozen=True)
class S3Source:
    """Objects below s3://bucket/prefix; the prefix may hold %Y, %m, %d, %H, or be a glob of the whole key."""

    location: str
    name: str
    landing: Path
    access: Access = field(default_factory=Access)

    def list(self, since: datetime | None = None) -> builtins.list[LogObject]:
        """As LogSource.list; asks only for the days from `since` on, where the prefix names days."""
        wanted = _pattern(self._key)
        objects: dict[str, LogObject] = {}
        with source_errors(self.location):
            for prefix in _prefixes(self._key, since, datetime.now(UTC)):
                for entry in self._entries(prefix):
                    if wanted.match(entry["Key"]) and not entry["Key"].endswith(("/", *_TEST_FILES)):
                        item = self._object(entry)
                        objects[item.name] = item
        if not objects:
            raise SourceError(self.location, "no object is there", "Is the prefix right? Does it log there?")
        return [objects[name] for name in sorted(objects)]

    def fetch(self, item: LogObject) -> None:
        """As LogSource.fetch: the state that was listed (by its ETag), or nothing."""
        if item.path.exists():
            return
        key = item.name.removeprefix(f"s3://{self._bucket}/")
        if not item.version:
            raise ObjectError(item.name, "its name holds control characters", "Copy it to a plain name.")
        try:
            with landed(item.path) as file, fetch_errors(item.name):
                self._transfers.download(self._bucket, key, file, subscribers=[_AsListed(item)]).result()
        except S3DownloadFailedError:
            raise PassingObjectError(
                item.name, "was rewritten after it was listed", "The next run reads it as it is then."
            ) from None
        except RetriesExceededError:
            raise PassingObjectError(
                item.name, "was cut off again and again while it was fetched", "The next run tries again."
            ) from None

    @property
    def _bucket(self) -> str:
        return urlsplit(self.location).netloc

    @property
    def _key(self) -> str:
        return self.location.removeprefix(f"s3://{self._bucket}").removeprefix("/")

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - boto3 makes its classes when it runs
        return aws.client("s3", self.access)

    @cached_property
    def _transfers(self) -> TransferManager:
        return create_transfer_manager(self._client, _TRANSFER)

    def _entries(self, prefix: str) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            yield from page.get("Contents", [])

    def _object(self, entry: dict[str, Any]) -> LogObject:
        full = f"s3://{self._bucket}/{entry['Key']}"
        name = one_line(full)
        modified_ns = _nanoseconds(entry["LastModified"], entry["ETag"])
        return LogObject(
            name=name,
            path=landing_path(self.landing, self.name, name, entry["Size"], modified_ns),
            source=self.name,
            size=entry["Size"],
            modified_ns=modified_ns,
            version=entry["ETag"] if name == full else "",
        )


class _AsListed(BaseSubscriber):  # type: ignore[misc]
    """Spares the transfer its own question for size and ETag, and lets it refuse any other state."""

    def __init__(self, item: LogObject) -> None:
        self._item = item

    def on_queued(self, future: Any, **others: object) -> None:  # noqa: ANN401 - s3transfer has no types
        """Told by s3transfer before the first request."""
        future.meta.provide_transfer_size(self._item.size)
        future.meta.provide_object_etag(self._item.version)


def _nanoseconds(modified: datetime, etag: str) -> int:
    """The time of the last change. S3 tells it to the second only, so the rest is drawn from the ETag: two
    states of one second are two objects of the ledger."""
    drawn = int.from_bytes(sha256(etag.encode()).digest()[:8]) % 10**9
    return int(modified.timestamp()) * 10**9 + drawn


def _pattern(key: str) -> re.Pattern[str]:
    """What the keys begin with; a glob must match them whole."""
    parts, end = [], 0
    for token in _TOKEN.finditer(key):
        parts += [re.escape(key[end : token.start()]), _TOKENS[token[0]]]
        end = token.end()
    whole = r"\Z" if re.search(r"[*?]", key) else ""
    return re.compile("".join(parts) + re.escape(key[end:]) + whole, re.DOTALL)


def _prefixes(key: str, since: datetime | None, now: datetime) -> builtins.list[str]:
    """What to ask the store for: one prefix a day (month, year) from the day before `since` to tomorrow.

    A day on either side: the day in a key may be of another time zone. An hour is not asked for by itself.
    """
    literal = re.split(r"%H|\*|\?", key, maxsplit=1)[0]
    if since is None or "%" not in literal:
        return [re.split(r"%[YmdH]", literal, maxsplit=1)[0]]
    first, last = since.astimezone(UTC).date() - _DAY, now.date() + _DAY
    days = [first + _DAY * number for number in range((last - first).days + 1)]
    # A format of strftime: a key may hold other per cent signs.
    return sorted({day.strftime(re.sub("%(?![Ymd])", "%%", literal)) for day in days})
