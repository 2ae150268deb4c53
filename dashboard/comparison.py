"""The days that a selection is compared with."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.queries.selection import Selection

# Name → by how many days earlier, for a range of so many days. Whole weeks keep the weekdays in their places.
COMPARISONS: dict[str, Callable[[int], int]] = {
    "the period before": lambda days: days,
    "the same weekdays before": lambda days: -(-days // 7) * 7,
    "the same weekdays a year before": lambda days: 364,
}
NOTHING = "nothing"


def before(selection: Selection, comparison: str) -> Selection | None:
    """The earlier selection; None where nothing is compared."""
    shift = COMPARISONS.get(comparison)
    return None if shift is None else selection.earlier(shift(selection.day_count))
