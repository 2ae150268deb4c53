"""Remove old GeoLite2 files: their licence wants each copy destroyed within 30 days of a newer release.

Only files of that database type, in the folder that the setting `maxmind` names. geoipupdate replaces its
files in place, so there it has nothing to do.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import maxminddb

# GeoLite2 End User License Agreement, "Destruction of GeoLite2 Database". A release comes every few days, so
# a file this old has had a newer one for about as long.
KEPT_DAYS: Final = timedelta(days=30)


def prune(folder: Path, today: date) -> list[str]:
    """Delete old copies in `folder` as of `today` (UTC); returns a sentence for each one, also for a failure.

    Old is a file beside a newer one of the same edition, and one that was built more than KEPT_DAYS ago.
    Anything that is no readable GeoLite2 file is left alone.
    """
    editions: dict[str, list[tuple[date, Path]]] = defaultdict(list)
    for path in sorted(folder.glob("*.mmdb")) if folder.is_dir() else []:
        found = _edition(path)
        if found:
            editions[found[0]].append((found[1], path))
    said = []
    for edition, files in sorted(editions.items()):
        newest = max(files)[0]
        for built_on, path in sorted(files):
            if built_on < newest or today - built_on > KEPT_DAYS:
                said.append(_remove(path, edition, built_on))
    return said


def _edition(path: Path) -> tuple[str, date] | None:
    try:
        with maxminddb.open_database(path, maxminddb.MODE_FILE) as reader:
            metadata = reader.metadata()
    except (OSError, ValueError, maxminddb.InvalidDatabaseError):
        return None
    kind = str(metadata.database_type)
    if not kind.startswith("GeoLite2-"):
        return None
    return kind, datetime.fromtimestamp(metadata.build_epoch, tz=UTC).date()


def _remove(path: Path, edition: str, built_on: date) -> str:
    what = f"{path.name} ({edition}, built on {built_on})"
    try:
        path.unlink()
    except OSError as error:
        return f"{what} should be deleted by its licence, and cannot be: {error.strerror}."
    return f"{what} was deleted, as its licence wants of old copies. Run geoipupdate for the newest one."
