"""Sources of log objects, chosen by the scheme of their location."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from ingest.errors import SourceError
from ingest.sources.local import LocalSource
from ingest.sources.model import Loaded, LogSource
from ingest.sources.remote import Access

_COPY = "Azure is not read directly: copy the objects to this machine (azcopy, rclone), and give the folder."
NEARBY = (
    "Give a file, a folder, a glob, s3://<bucket>/<prefix>, cloudwatch://<log group> or"
    " kafka://<host>:<port>/<topic>."
)
# Scheme of a location → what to do instead.
ELSEWHERE = {
    "gs": "Google Cloud Storage speaks S3: make an HMAC key, write s3://<bucket>/<prefix>, and set endpoint ="
    ' "https://storage.googleapis.com".',
    "az": _COPY,
    "abfs": _COPY,
    "http": NEARBY,
    "https": NEARBY,
}
# Of group and streams all characters that AWS allows (CreateLogGroup, CreateLogStream).
_LOG_GROUP = re.compile(r"[A-Za-z0-9_/.#-]{1,512}(\?streams=[^:*?]{1,512})?")
_TOPIC = re.compile(r"[A-Za-z0-9.\[\]:_,-]+:\d+/[A-Za-z0-9._-]{1,249}")
INSTALL_KAFKA = (
    "Install it: .venv/bin/python -m pip install --no-deps --require-hashes -r requirements-kafka.lock"
)
REMOTE = {"s3", "cloudwatch", "kafka"}


class LocationError(ValueError):
    """A location of a kind that is not read; the text says what to write instead."""


def scheme_of(location: str) -> str:
    """`local`, or one of REMOTE. Raises LocationError for anything else that has the form of a URI."""
    scheme, mark, rest = location.partition("://")
    if not mark or "/" in scheme:
        return "local"
    if scheme == "s3" and not urlsplit(location).netloc:
        raise LocationError(f"{location} names no bucket. Write s3://<bucket>/<prefix>.")
    if scheme == "cloudwatch" and not _LOG_GROUP.fullmatch(rest):
        raise LocationError(
            f"{location} names no log group. Write cloudwatch://<log group>, with the slash that it begins"
            " with; then ?streams=<beginning of their names>, where not all streams are meant."
        )
    if scheme == "kafka" and not _TOPIC.fullmatch(rest):
        raise LocationError(
            f"{location} names no topic. Write kafka://<host>:<port>[,<host>:<port>]/<topic>."
        )
    if scheme in REMOTE:
        return scheme
    raise LocationError(f"{scheme}:// is not read. {ELSEWHERE.get(scheme, NEARBY)}")


def source_at(
    location: str,
    name: str,
    landing: Path,
    access: Access | None = None,
    loaded: Callable[[], Iterable[Loaded]] = tuple,
) -> LogSource:
    """The source of that name at a location; what is fetched from a remote one goes below `landing`.

    `loaded`: name, size and time of each object that was loaded from it. Raises LocationError; SourceError
    where a package is missing. What a kind needs is imported for it alone: boto3 takes half a second.
    """
    match scheme_of(location):
        case "s3":
            from ingest.sources.s3 import S3Source

            return S3Source(location, name, landing, access or Access())
        case "cloudwatch":
            from ingest.sources.cloudwatch import CloudWatchSource

            return CloudWatchSource(location, name, landing, access or Access())
        case "kafka":
            try:
                from ingest.sources.kafka import KafkaSource
            except ImportError:
                raise SourceError(
                    location, "the package confluent-kafka is not installed", INSTALL_KAFKA
                ) from None

            return KafkaSource(location, name, landing, access or Access(), loaded)
        case _:
            return LocalSource(location, name)
