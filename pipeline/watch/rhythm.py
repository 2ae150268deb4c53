"""Whether a source has gone silent, by its own past."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

# Of a source's past so many of its last days with requests count: what it did years ago is no habit.
REMEMBERED_DAYS = 60
# Two gaps are the least that make a habit.
FEWEST_DAYS = 3
# Of pauses they are: a weekend must have come and gone.
FORTNIGHT = timedelta(days=14)
# A gap is unusual when it is longer than so many times the longest of the past.
TOLERANCE = 2


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Days on which a source had requests, as far as `today` (UTC): the last, and how far apart they lay.

    `longest_gap`: in days, 1 for a source with requests on every day; None where too few days are known.
    `age`: days since the last one.
    """

    last_day: date
    longest_gap: int | None
    age: int

    @property
    def is_silent(self) -> bool:
        """For more than twice its longest gap nothing has come."""
        return self.longest_gap is not None and self.age > TOLERANCE * self.longest_gap


def unusual_gaps(days: Iterable[date], today: date) -> list[tuple[date, date]]:
    """First and last day of each pause that is longer than every one of the REMEMBERED_DAYS before it.

    In a source's first FORTNIGHT nothing is unusual; what lasts until today is for `Rhythm.is_silent`.
    """
    known = sorted({day for day in days if day <= today})
    gaps = [(after - before).days for before, after in pairwise(known)]
    found = []
    for number in range(1, len(gaps)):
        is_longest = gaps[number] > max(gaps[max(0, number - REMEMBERED_DAYS) : number])
        if is_longest and known[number] - known[0] >= FORTNIGHT:
            found.append((known[number] + timedelta(days=1), known[number + 1] - timedelta(days=1)))
    return found


def of_days(days: Iterable[date], today: date) -> Rhythm | None:
    """The rhythm of a source; None without any day. A day after today is a wrong clock's, and left out."""
    known = sorted({day for day in days if day <= today})[-REMEMBERED_DAYS:]
    if not known:
        return None
    gaps = [(after - before).days for before, after in pairwise(known)]
    longest = max(gaps) if len(known) >= FEWEST_DAYS else None
    return Rhythm(known[-1], longest, (today - known[-1]).days)
