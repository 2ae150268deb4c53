"""Usage: installs that are alive, where sessions come from and why that is thought, runs beside downloads."""

from __future__ import annotations

import streamlit as st

from dashboard import on_demand
from dashboard.charts.stacked import stacked
from dashboard.controls import one_of
from dashboard.figure import figure
from dashboard.frame import note_filters, selected
from dashboard.queries import overview, usage
from dashboard.queries.overview import GRAINS, Grain
from dashboard.queries.selection import Selection

REASONS = 10
_STATES = {
    "confirmed_current_count": "on the newest: downloaded it",
    "inferred_current_count": "on the newest: looked it up",
    "stale_count": "behind",
    "unknown_count": "not known",
}


def draw(selection: Selection) -> None:
    """The page."""
    grain = one_of("By", GRAINS, "week", "by")
    _invocations(selection)
    _dimension(selection, "environment", grain, "environment.md")
    _reasons(selection)
    _dimension(selection, "access_pattern", grain, "behaviour.md")
    _installs(selection)


def _invocations(selection: Selection) -> None:
    totals = overview.sums(selection)
    left, right = st.columns(2)
    left.metric("Downloads", f"{totals['download_count']:,}", border=True)
    right.metric(
        "Invocations, at least",
        f"{totals['invocation_count_lower_bound']:,}",
        help="Pull operations by runtimes, timers left out: each time, somebody wanted to run something.",
        border=True,
    )


def _dimension(selection: Selection, dimension: str, grain: Grain, docs: str) -> None:
    found = usage.over_time(selection, dimension, grain).rename(columns={"value": dimension})
    figure(
        f"Downloads by {dimension.replace('_', ' ')}",
        found,
        stacked(found, "period_start", dimension, "download_count"),
        [("fct_pulls", dimension), ("pulls_daily", "download_count"), ("pulls_daily", "version_check_count")],
        docs,
    )


def _reasons(selection: Selection) -> None:
    if not on_demand.reads_sessions(selection, "Show the reasons of environments", "reasons"):
        return
    found = usage.environments(selection, REASONS)
    # Reasons are long: what stands behind them would not be seen.
    figure(
        "Environments: how sure that is, and why",
        found[[*(name for name in found if name != "environment_reason"), "environment_reason"]],
        None,
        [("fct_pulls", f"environment{part}") for part in ("", "_confidence", "_reason")],
        "environment.md",
    )


def _installs(selection: Selection) -> None:
    note_filters(selection, "an install leaves out CI, mirrors and the publisher's own by its definition.")
    found = usage.installs(selection)
    long = found.rename(columns=_STATES).melt("install_date", list(_STATES.values()), "state", "installs")
    figure(
        "Active installs of the 28 days up to each day",
        found,
        stacked(long, "install_date", "state", "installs"),
        [("active_installs_daily", name) for name in ("active_install_count", *_STATES)],
        "installs.md",
    )


draw(selected())
