"""Sources of log objects, chosen by the scheme of their location."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from ingest.sources.local import LocalSource
from ingest.sources.model import LogSource
from ingest.sources.remote import Access

_COPY = "Azure is not read directly: copy the objects to this machine (azcopy, rclone), and give the folder."
NEARBY = "Give a file, a folder, a glob, s3://<bucket>/<prefix> or cloudwatch://<log group>."
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


class LocationError(ValueError):
    """A location of a kind that is not read; the text says what to write instead."""


def scheme_of(location: str) -> str:
    """`local`, `s3`, `cloudwatch`. Raises LocationError for anything else that has the form of a URI."""
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
    if scheme in {"s3", "cloudwatch"}:
        return scheme
    raise LocationError(f"{scheme}:// is not read. {ELSEWHERE.get(scheme, NEARBY)}")


def source_at(location: str, name: str, landing: Path, access: Access | None = None) -> LogSource:
    """The source of that name at a location; what is fetched from a remote one goes below `landing`.

    Raises LocationError.
    """
    # boto3 takes half a second to import, and most installations read local logs only.
    match scheme_of(location):
        case "s3":
            from ingest.sources.s3 import S3Source

            return S3Source(location, name, landing, access or Access())
        case "cloudwatch":
            from ingest.sources.cloudwatch import CloudWatchSource

            return CloudWatchSource(location, name, landing, access or Access())
        case _:
            return LocalSource(location, name)
