"""Inflation: few origins with many pulls, timers, and clients that ask twice."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import on_demand
from dashboard.charts.ranked import ranked
from dashboard.controls import add_filter
from dashboard.figure import figure
from dashboard.frame import note_filters, selected
from dashboard.queries import inflation, overview
from dashboard.queries.dimensions import ORIGIN
from dashboard.queries.selection import Selection

TOP = 25
CLIENTS = 15


def draw(selection: Selection) -> None:
    """The page."""
    is_ranked = on_demand.ranks_origins(selection)
    st.markdown(sentence(inflation.pollers(selection, is_ranked)))
    if is_ranked:
        busiest = inflation.origins(selection, TOP)
        _without(selection, busiest)
        _origins(busiest)
    _clients(selection)


def sentence(found: pd.Series) -> str:
    """How much of the checks comes from timers, as “18 origins poll, and make 91.4 % of the version
    checks”."""
    if not found["polling_count"]:
        return "No origin polls: no version check of these comes from a timer."
    count = found["origin_count"]
    share = found["polling_count"] / found["version_check_count"]
    part = (
        f"{share:.1%} of the version checks ({found['polling_count']:,} of {found['version_check_count']:,})"
    )
    if count is None:
        return f"Origins that poll make {part}."
    who = f"**{count:,} origin{'s' if count > 1 else ''} poll{'' if count > 1 else 's'}**"
    return f"{who}, and make{'' if count > 1 else 's'} {part}."


def _without(selection: Selection, busiest: pd.DataFrame) -> None:
    totals = overview.sums(selection)
    ten = busiest.head(10)
    columns = st.columns(3)
    columns[0].metric("Pull operations", f"{totals['pull_count']:,}", border=True)
    for column, name, label in zip(
        columns[1:], ("pull_count", "download_count"), ("Pull operations", "Downloads"), strict=True
    ):
        column.metric(
            f"{label} without top 10",
            f"{totals[name] - ten[name].sum():,}",
            help="Without the ten origins with most pull operations in these days and filters.",
            border=True,
        )


def _origins(busiest: pd.DataFrame) -> None:
    chart = ranked(busiest.head(10).assign(origin=_described(busiest)), "origin", "pull_count")
    how = [("pulls_daily", "pull_count"), ("fct_pulls", "origin_id"), ("fct_pulls", "access_pattern")]
    figure("The busiest origins", busiest, chart, how, "behaviour.md")
    if busiest.empty:
        return
    one = st.selectbox("Look at one origin on every page", busiest["origin"], index=None, key="one_origin")
    st.button("Filter by it", on_click=add_filter, args=(ORIGIN, True, one), disabled=one is None)


def _described(busiest: pd.DataFrame) -> pd.Series:
    """Who an origin seems to be, and the end of its pseudonym, which alone says nothing to a person."""
    described: pd.Series = busiest["client_name"] + ", " + busiest["network_operator"] + ", "
    return described + busiest["country_code"] + " (…" + busiest["origin"].str[-6:] + ")"


def _clients(selection: Selection) -> None:
    note_filters(selection, "the mart of clients knows days only.")
    found = inflation.clients(selection)
    shown = found.head(CLIENTS)
    shown = shown.assign(client=shown["client_name"] + " " + shown["client_version"])
    old = found.loc[found["is_old_client"].fillna(False).astype(bool), "manifest_request_count"].sum()
    everything = found["manifest_request_count"].sum()
    st.caption(
        f"All images: {old:,} of {everything:,} manifest requests come from old versions that ask more"
        f" than newer ones."
    )
    columns = (
        "manifest_request_count",
        "requests_per_pull",
        "pulls_per_object",
        "is_old_client",
        "old_behaviour",
    )
    figure(
        "Clients by the manifest requests that they make",
        found,
        ranked(shown, "client", "manifest_request_count"),
        [("client_inflation_daily", name) for name in columns],
        "behaviour.md",
    )


draw(selected())
