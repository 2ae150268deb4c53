"""Unmet demand: what was asked for in vain, and what was probably meant."""

from __future__ import annotations

from dashboard.charts.ranked import ranked
from dashboard.figure import figure
from dashboard.frame import note_filters, selected
from dashboard.queries import demand
from dashboard.queries.selection import Selection

TOP = 20
COLUMNS = ("reason", "reference", "session_count", "is_reliable", "nearest_tag")


def draw(selection: Selection) -> None:
    """The page."""
    note_filters(selection, "who asked in vain is not kept by client; only days and image count.")
    found = demand.unmet(selection)
    names = found["repository"] + ":" + found["reference"].fillna("") + " (" + found["reason"] + ")"
    figure(
        "Asked for in vain",
        found,
        ranked(found.assign(asked=names).head(TOP), "asked", "session_count"),
        [("unmet_demand_daily", name) for name in COLUMNS],
        "installs.md",
        "Nothing was asked for in vain in these days.",
    )


draw(selected())
