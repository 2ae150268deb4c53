"""A data set of address ranges on disk: one folder with three Parquet files and their manifest.

ipv4.parquet    start UINTEGER, code INTEGER               a range ends where the next begins
ipv6.parquet    start_hi UBIGINT, start_lo UBIGINT, code   the two halves of a 128-bit start
values.parquet  one row a code: what its ranges stand for  (code -1: nothing is known of the range)
manifest.json   dataset, date, sources (version, checksum), licence, attribution, sha256 of the files
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.ranges import NOTHING, Addresses, Boundaries, RangeTable, as_object, is_sorted

BUNDLED = Path(__file__).resolve().parents[1] / "bundled"
FILES = ("ipv4.parquet", "ipv6.parquet", "values.parquet")
# What each data set says of an address; the first column decides whether it says anything.
COLUMNS = {
    "country": ("country_code",),
    "asn": ("asn", "network_operator"),
    "cloud": ("cloud_provider", "cloud_region"),
}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set in memory. `values` has, under each column, the value of each code and None at the end."""

    manifest: dict[str, Any]
    ranges: RangeTable
    values: dict[str, npt.NDArray[Any]]

    @property
    def name(self) -> str:
        """What it is about: a key of COLUMNS."""
        return str(self.manifest["dataset"])

    @property
    def built_on(self) -> date:
        """The day its source was published."""
        return date.fromisoformat(self.manifest["date"])

    @property
    def id(self) -> str:
        """Short text for `reference_set`."""
        return f"{self.name} {self.built_on}"

    def look_up(self, addresses: Addresses) -> dict[str, npt.NDArray[Any]]:
        """Each column of the data set for each address; None where it says nothing."""
        codes = self.ranges.find(addresses)
        return {column: values[codes] for column, values in self.values.items()}


def read(directory: Path, name: str) -> Dataset:
    """Read the data set `name` and verify it against its manifest.

    Raises ReferenceDataError when a file is missing, is not what the manifest says, or does not hold
    disjoint ranges with a value each.
    """
    manifest = read_manifest(directory, name)
    try:
        stats = [(directory / file).stat() for file in FILES]
        state = tuple((stat.st_mtime_ns, stat.st_size) for stat in stats)
        return _read(directory, name, json.dumps(manifest), state)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise _unusable(directory, error) from None


def read_manifest(directory: Path, name: str) -> dict[str, Any]:
    """The manifest of a data set. Raises ReferenceDataError when it is missing or about something else."""
    try:
        manifest: dict[str, Any] = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
        date.fromisoformat(manifest["date"])
        if manifest["dataset"] != name:
            raise ReferenceDataError(f"it holds {manifest['dataset']!r}, not {name!r}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(directory, error) from None
    return manifest


def _unusable(directory: Path, error: Exception) -> ReferenceDataError:
    reason = str(error) if isinstance(error, ReferenceDataError) else type(error).__name__
    is_bundled = directory.parent == BUNDLED
    hint = "Restore it from the repository." if is_bundled else "Delete it; a refresh writes what is missing."
    return ReferenceDataError(f"The reference data in {directory} cannot be used: {reason}. {hint}")


@lru_cache(maxsize=8)
def _read(directory: Path, name: str, manifest_text: str, state: tuple[tuple[int, int], ...]) -> Dataset:
    """Read once a process, and again when the files are others (`state`: their times and sizes)."""
    manifest = json.loads(manifest_text)
    tables = {file: _table(directory / file, manifest["files"][file]["sha256"]) for file in FILES}
    v4, v6 = tables["ipv4.parquet"], tables["ipv6.parquet"]
    ranges = RangeTable(
        Boundaries(_column(v4, "start").astype(np.uint32), _column(v4, "code").astype(np.int32)),
        Boundaries(
            _join_halves(_column(v6, "start_hi"), _column(v6, "start_lo")),
            _column(v6, "code").astype(np.int32),
        ),
    )
    values = tables["values.parquet"]
    _check_ranges(ranges, values.num_rows)
    columns = {column: as_object(values[column].to_pylist()) for column in COLUMNS[name]}
    return Dataset(manifest, ranges, columns)


def _table(path: Path, sha256: str) -> pa.Table:
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ReferenceDataError(f"{path.name} is not the file that manifest.json names")
    return pq.read_table(pa.BufferReader(content))


def _column(table: pa.Table, name: str) -> npt.NDArray[Any]:
    values: npt.NDArray[Any] = table[name].to_numpy()
    return values


def _join_halves(high: npt.NDArray[Any], low: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.column_stack([high, low]).astype(">u8").view("S16").ravel()


def _check_ranges(ranges: RangeTable, value_count: int) -> None:
    for family in (ranges.v4, ranges.v6):
        if not is_sorted(family):
            raise ReferenceDataError("its ranges are not sorted or overlap")
        if family.codes.min() < NOTHING or family.codes.max() >= value_count:
            raise ReferenceDataError("a range has a code without a value")
