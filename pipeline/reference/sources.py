"""Bring reference data in from the sources that the settings name, checked before they take their place.

A source has one or more places: `https:` (a file), `file:` (a file on this machine) or `npm:` (a package,
verified against the sha512 that the registry names). A place holds lists of ranges as CSV, plain, gzipped or
in a tar archive. Nothing of a source that fails a check is used, and what was used before stays.
"""

from __future__ import annotations

import hashlib
import shutil
import ssl
import tempfile
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any, Final

from enrichers.reference.dataset import Dataset
from enrichers.reference.errors import ReferenceDataError
from pipeline.reference import bundle, checks, writer
from pipeline.reference.lists import UNREADABLE, RangeList, convert
from pipeline.settings import ReferenceSource

# A list of all routed networks has 20 to 70 MB.
MAX_BYTES: Final = 300_000_000
TIMEOUT_S: Final = 60
# A source that has lost or won so much since the last time is looked at by a person first.
CHANGE: Final = 0.20
CHUNK: Final = 1 << 20

Opener = Callable[[str], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file from one place: where it lies, when it was published (None: not said), its manifest entry."""

    path: Path
    built_on: date | None
    facts: dict[str, Any]


def bring(
    source: ReferenceSource, folder: Path, last: Dataset, today: date, opener: Opener | None = None
) -> str | None:
    """Take what a source has now; returns the date of the new data set, None where it has nothing new.

    `folder` is that of the data set, `last` what is in use. Raises ReferenceDataError saying what is wrong
    with the source; nothing is then changed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        arrived = [
            _fetch(place, Path(scratch) / str(number), opener or open_https)
            for number, place in enumerate(source.places)
        ]
        _verify(source, arrived)
        if _is_known([item.facts for item in arrived], last.manifest["sources"]):
            return None
        _compare_sizes(source, arrived, last.manifest["sources"])
        built_on = min((item.built_on or today for item in arrived), default=today)
        if built_on < last.built_on:
            raise _refused(source, f"it is of {built_on}, older than what is in use (of {last.built_on})")
        if built_on > today:
            # Every later list would be older than this one, and refused until that day.
            raise _refused(source, f"it is of {built_on}, a day to come")
        target = folder / built_on.isoformat()
        with writer.staged(target) as staging:
            _write(source, arrived, staging, built_on)
            _check(source, staging, last)
        return built_on.isoformat()


def open_https(url: str) -> IO[bytes]:
    """Open a URL over TLS with the machine's certificates.

    Raises ReferenceDataError where it cannot, and where it is sent on to a place without TLS.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "pullhouse"})  # noqa: S310 - https: only
    try:
        opened = urllib.request.urlopen(  # noqa: S310
            request, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    except (OSError, ValueError, HTTPException) as error:
        raise ReferenceDataError(f"it cannot be fetched ({getattr(error, 'reason', error)})") from None
    if not opened.geturl().startswith("https:"):
        opened.close()
        raise ReferenceDataError("it is sent on to a place without TLS")
    body: IO[bytes] = opened
    return body


def _fetch(place: str, target: Path, opener: Opener) -> Arrived:
    kind, _, rest = place.partition(":")
    target.mkdir()
    try:
        if kind == "npm":
            package = bundle.pack(rest, target)
            path, built_on = package.archive, date.fromisoformat(package.built_on)
            facts = {"version": package.version, "integrity": package.integrity}
        elif kind == "file":
            path, facts = Path(rest), {}
            built_on = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date()
            if not path.is_file():
                raise ReferenceDataError("it is no file")
        else:
            path, built_on, facts = target / Path(place).name, None, {}
            with closing(opener(place)) as response:
                built_on = _last_modified(response)
                _download(response, path)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ReferenceDataError(f"it is larger than {MAX_BYTES:,} bytes")
    except (ReferenceDataError, OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReferenceDataError(f"{place}: {reason}. What was used before stays in use.") from None
    content = {"source": place, "bytes": size, "sha256": _digest(path, "sha256")}
    return Arrived(path, built_on, content | facts)


def _download(response: IO[bytes], path: Path) -> None:
    size = 0
    with path.open("wb") as file:
        while chunk := response.read(CHUNK):
            size += len(chunk)
            if size > MAX_BYTES:
                raise ReferenceDataError(f"it is larger than {MAX_BYTES:,} bytes")
            file.write(chunk)
    expected = getattr(response, "headers", {}).get("Content-Length")
    if expected is not None and int(expected) != size:
        raise ReferenceDataError(f"it broke off after {size:,} of {int(expected):,} bytes")


def _last_modified(response: IO[bytes]) -> date | None:
    said = getattr(response, "headers", {}).get("Last-Modified")
    return parsedate_to_datetime(said).astimezone(UTC).date() if said else None


def _verify(source: ReferenceSource, arrived: list[Arrived]) -> None:
    for algorithm in ("sha256", "sha512"):
        for wanted, item in zip(getattr(source, algorithm), arrived, strict=False):
            if _digest(item.path, algorithm) != wanted.lower():
                raise _refused(
                    source, f"{item.facts['source']} has another {algorithm} than the settings name"
                )


def _compare_sizes(source: ReferenceSource, arrived: list[Arrived], before: list[dict[str, Any]]) -> None:
    known = {item["source"]: item["bytes"] for item in before if "bytes" in item}
    for item in arrived:
        last = known.get(item.facts["source"])
        if last and abs(item.facts["bytes"] - last) > CHANGE * last:
            raise _refused(
                source,
                f"{item.facts['source']} has {item.facts['bytes']:,} bytes, the last one had {last:,}:"
                f" more than {CHANGE:.0%} of a change",
            )


def _write(source: ReferenceSource, arrived: list[Arrived], staging: Path, built_on: date) -> None:
    lists = [RangeList(item.path) for item in arrived]
    try:
        ranges, values = convert(source.dataset, lists)
    except ReferenceDataError as error:
        raise _refused(source, str(error)) from None
    except UNREADABLE as error:
        raise _refused(source, f"it cannot be read as lists of ranges ({type(error).__name__})") from None
    manifest = {
        "dataset": source.dataset,
        "date": built_on.isoformat(),
        "sources": [item.facts for item in arrived],
        "licence": source.licence,
        "attribution": source.attribution,
    }
    writer.write(staging, manifest, ranges, values)


def _check(source: ReferenceSource, staging: Path, last: Dataset) -> None:
    try:
        dataset = checks.check(staging, source.dataset)
    except ReferenceDataError as error:
        reason = str(error).replace(str(staging), "what it sent")
        raise _refused(source, reason.removesuffix(".")) from None
    rows, before = checks.row_count(dataset), checks.row_count(last)
    same_places = {item["source"] for item in last.manifest["sources"]} == set(source.places)
    if same_places and abs(rows - before) > CHANGE * before:
        raise _refused(
            source, f"it has {rows:,} ranges, the last one had {before:,}: more than {CHANGE:.0%} of a change"
        )


def _is_known(arrived: list[dict[str, Any]], before: list[dict[str, Any]]) -> bool:
    """Whether these are the files that the data in use were made from (by sha256, or npm's sha512)."""
    return len(arrived) == len(before) and all(
        any(new.get(name) and new[name] == old.get(name) for name in ("sha256", "integrity"))
        for new, old in zip(arrived, before, strict=True)
    )


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _refused(source: ReferenceSource, reason: str) -> ReferenceDataError:
    return ReferenceDataError(
        f"The source of {source.dataset!r} was refused: {reason}. What was used before stays in use."
    )


def prune(folder: Path, keep: set[str]) -> list[str]:
    """Delete data sets but the newest two and those dated `keep`; returns the dates deleted."""
    dated = sorted((path for path in folder.glob("[0-9]*") if path.is_dir()), reverse=True)
    gone = [path for path in dated[2:] if path.name not in keep]
    for path in gone:
        shutil.rmtree(path)
    return [path.name for path in gone]
