"""Two sources in January 2025: `main` from the 1st, `edge` from the 3rd, both with holes.

| day  | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |
|------|---|---|---|---|---|---|---|---|
| main | x | x | x |   |   |   | x | x |
| edge |   |   | x |   |   |   |   | x |
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.support.factories import Traffic

MAIN, EDGE = (1, 2, 3, 7, 8), (3, 8)
REPOSITORY = "covered/app"


def lines(days: tuple[int, ...], address: str) -> list[dict[str, Any]]:
    """One look-up at noon of each day."""
    traffic = Traffic(REPOSITORY, address)
    for day in days:
        traffic.manifest(datetime(2025, 1, day, 12, tzinfo=UTC), "HEAD", "latest")
    return traffic.lines
