"""Companies and networks: who pulls, where a network of its own tells."""

from __future__ import annotations

import streamlit as st

from dashboard.charts.ranked import ranked
from dashboard.figure import figure
from dashboard.frame import selected
from dashboard.queries import breakdown, demand
from dashboard.queries.selection import Selection

TOP = 15


def draw(selection: Selection) -> None:
    """The page."""
    _companies(selection)
    for dimension in ("network_operator", "network_type", "cloud_provider"):
        _network(selection, dimension)


def _companies(selection: Selection) -> None:
    found = demand.companies(selection)
    known = breakdown.unknown(selection, "company")
    st.caption(
        f"{known['unknown_count']:,} of {known['session_count']:,} sessions with a pull come from no"
        " network of a company: the names are a lower bound."
    )
    how = [("fct_pulls", name) for name in ("company", "company_confidence", "company_method")]
    chart = ranked(found.head(TOP), "company", "download_count")
    figure(
        "Companies",
        found,
        chart,
        [*how, ("pulls_daily", "download_count")],
        "networks.md",
        "No session comes from a network that belongs to a company.",
    )


def _network(selection: Selection, dimension: str) -> None:
    found = breakdown.crossed(selection, dimension, None, TOP, exact=False)
    found[dimension] = found["first"].mask(found["is_first_rest"], "⟨all others⟩")
    table = found[[dimension, "download_count", "version_check_count"]]
    figure(
        f"Downloads by {dimension.replace('_', ' ')}",
        table,
        ranked(table, dimension, "download_count"),
        [("fct_pulls", dimension), ("pulls_daily", "download_count")],
        "networks.md",
    )


draw(selected())
