"""The time that the sample covers: always the same eight ISO weeks, whatever today is."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

SEED = "pullhouse-sample-1"
FIRST_DAY = date(2026, 9, 21)  # a Monday
WEEKS = 8
DAYS = 7 * WEEKS
LAST_DAY = FIRST_DAY + timedelta(days=DAYS - 1)
DAY_S = 24 * 3600
START_S = int(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC).timestamp())


def rng(*names: object) -> random.Random:
    """A generator for one thing: changing one row of the cast leaves all others as they were."""
    return random.Random("/".join([SEED, *map(str, names)]))  # noqa: S311 (repeatable, not secret)
