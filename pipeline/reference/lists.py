"""Lists of address ranges in the forms that their publishers use, as rows; and rows as data sets.

Countries and AS numbers: CSV without a header, first and last address (text or integers), then what the range
stands for (ip-location-db and DB-IP). Clouds: CSV with a header that names a network (`cidr` or
`ip_address`), `provider`, and where known `region` and `service` (the form of the public collections of cloud
ranges).
"""

from __future__ import annotations

import csv
import gzip
import io
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import chain
from pathlib import Path
from typing import Final

import pyarrow as pa

from enrichers.reference import cloud_wheel
from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.ranges import RESERVED_NETWORKS, RangeTable, network_range
from pipeline.reference import bundle

Row = tuple[int, int, list[str]]

MAX_IPV4: Final = (1 << 32) - 1
MAX_IPV6: Final = (1 << 128) - 1
# Ranges that cross another's border contradict it (nested ones do not), and those inside reserved space are
# no one's. A few are in every list; more mean that something else was sent.
MAX_WRONG_SHARE: Final = 0.01

# What a file that is no list, or a damaged one, makes the readers of archives and CSV raise.
UNREADABLE: Final = (OSError, ValueError, EOFError, csv.Error, tarfile.TarError, zlib.error)


@dataclass(frozen=True, slots=True)
class RangeList:
    """A file with lists: `*.csv`, gzipped or not, or a tar archive of such files (an npm package is one)."""

    path: Path

    def rows(self, version: int) -> Iterator[Row]:
        """First and last address of each range (integers) and what it says, for IP version 4 or 6.

        Raises ReferenceDataError naming the line that is none.
        """
        for number, fields in enumerate(chain.from_iterable(self.lines()), start=1):
            try:
                start, end = _integer(fields[0]), _integer(fields[1])
                is_v4 = end <= MAX_IPV4 and ":" not in fields[0]
                if end > MAX_IPV6 or (":" in fields[0]) != (":" in fields[1]):
                    raise ValueError("two families, or beyond the last address")
            except (ValueError, IndexError):
                raise ReferenceDataError(f"line {number} is no range of addresses") from None
            if start > end:
                raise ReferenceDataError(f"line {number} is a range that ends before it starts")
            if is_v4 == (version == 4):
                yield start, end, fields[2:]

    def clouds(self) -> Iterator[CloudRange]:
        """Rows of a list of clouds.

        Raises ReferenceDataError where the header lacks a column, and naming the line that is no network of a
        provider.
        """
        for lines in self.lines():
            header = [name.strip().lower() for name in next(iter(lines), [])]
            names = {"cidr" if name in ("ip_address", "prefix", "network") else name for name in header}
            if not {"cidr", "provider"} <= names:
                raise ReferenceDataError("its header lacks `cidr` or `provider`")
            columns = ["cidr" if name in ("ip_address", "prefix", "network") else name for name in header]
            for number, fields in enumerate(lines, start=2):
                found = dict(zip(columns, fields, strict=False))
                if not _is_network(found.get("cidr", "")) or not found.get("provider"):
                    raise ReferenceDataError(f"line {number} is no network of a provider")
                yield CloudRange(
                    found["cidr"], found["provider"].lower(), found.get("region") or None,
                    (found.get("service") or "").upper() or None,
                )  # fmt: skip

    def lines(self) -> Iterator[Iterator[list[str]]]:
        """The fields of each line, file by file."""
        if tarfile.is_tarfile(self.path):
            with tarfile.open(self.path) as archive:
                for member in archive:
                    file = archive.extractfile(member) if member.name.endswith(".csv") else None
                    if file and not _repeats_numbers(member.name, archive):
                        yield csv.reader(io.TextIOWrapper(file, encoding="utf-8", newline=""))
        else:
            opened = gzip.open if _is_gzipped(self.path) else open
            with opened(self.path, "rt", encoding="utf-8", newline="") as text:
                yield csv.reader(text)


@dataclass(frozen=True, slots=True)
class CloudRange:
    """One listed network of a cloud (`enrichers.reference.cloud_wheel.Listed`)."""

    cidr: str
    provider: str
    region: str | None
    service: str | None


def convert(dataset: str, lists: list[RangeList]) -> tuple[RangeTable, dict[str, pa.Array]]:
    """The ranges and values of a data set from its lists.

    Countries: the first list describes networks, a second one says to whom they were delegated (see
    `bundle.country`). Raises ReferenceDataError for lists that contradict themselves.
    """
    if dataset == "cloud":
        for version in (4, 6):
            check_rows((row for item in lists for row in _networks(item, version)), version)
        listed: Iterator[cloud_wheel.Listed] = chain.from_iterable(item.clouds() for item in lists)
        ranges, values = cloud_wheel.convert(listed)
        return ranges, {name: pa.array(column[:-1], pa.string()) for name, column in values.items()}
    for item in lists:
        for version in (4, 6):
            check_rows(item.rows(version), version)
    return bundle.country(*lists) if dataset == "country" else bundle.asn(*lists)


def check_rows(rows: Iterable[Row], version: int) -> None:
    """Raise ReferenceDataError where too many ranges cross each other, or lie in reserved space."""
    reserved = [
        item[:2] for text in RESERVED_NETWORKS for v, item in [network_range(text, 0, 0)] if v == version
    ]
    bounds = sorted((start, -end) for start, end, _ in rows)
    crossing = inside = 0
    open_ends: list[int] = []
    for start, negative in bounds:
        end = -negative
        while open_ends and open_ends[-1] < start:
            open_ends.pop()
        crossing += bool(open_ends and end > open_ends[-1])
        open_ends.append(end)
        inside += any(first <= start and end <= last for first, last in reserved)
    for count, what in ((crossing, "cross the border of another"), (inside, "lie in reserved space")):
        if count > MAX_WRONG_SHARE * max(len(bounds), 1):
            raise ReferenceDataError(f"{count:,} of {len(bounds):,} IPv{version} ranges {what}")


def _networks(item: RangeList, version: int) -> Iterator[Row]:
    """The networks of a list of clouds as rows."""
    for listed in item.clouds():
        found, (start, end, *_) = network_range(listed.cidr, 0, 0)
        if found == version:
            yield start, end, []


def _is_network(text: str) -> bool:
    try:
        network_range(text, 0, 0)
    except ValueError:
        return False
    return True


def _integer(text: str) -> int:
    return int(text) if text.isdigit() else int(ip_address(text))


def _is_gzipped(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _repeats_numbers(name: str, archive: tarfile.TarFile) -> bool:
    """Whether an archive has the same list with addresses as integers too: that one is quicker to read."""
    return "-num" not in name and name.replace(".csv", "-num.csv") in archive.getnames()
