"""Breakdown: the pulls by any dimension, or by two crossed; what is not known is always shown."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import on_demand
from dashboard.charts.common import measure_title
from dashboard.charts.ranked import ranked
from dashboard.charts.world_map import on_the_map, world_map
from dashboard.descriptions import country_names
from dashboard.figure import figure
from dashboard.frame import selected
from dashboard.queries import breakdown
from dashboard.queries.dimensions import DIMENSIONS
from dashboard.queries.selection import Selection
from dashboard.text import plain

NONE = "nothing else"
ALL_COUNTRIES = 1000
MEASURES = ("download_count", "version_check_count", "unique_origin_count")


def draw(selection: Selection) -> None:
    """The page."""
    left, middle, right = st.columns(3)
    first = left.selectbox("By", list(DIMENSIONS), index=3, key="first", bind="query-params")
    others = [NONE, *(name for name in DIMENSIONS if name != first)]
    second = middle.selectbox("Crossed with", others, key="second", bind="query-params")
    measure = right.selectbox("Measure", MEASURES, key="measure", bind="query-params")
    top = st.slider("Values shown of each; all others are one row", 3, 50, 10, key="top", bind="query-params")
    crossing = None if second == NONE else second
    for name in filter(None, (first, crossing)):
        st.caption(_unknown_in_words(selection, name))
    _figure(selection, first, crossing, measure, top)
    _map(selection)


def _figure(selection: Selection, first: str, second: str | None, measure: str, top: int) -> None:
    exact = on_demand.reads_sessions(selection, "Count unique origins exactly", "exact")
    found = breakdown.crossed(selection, first, second, top, exact)
    table = _named(found, first, second)
    dimensions = " and ".join(name.replace("_", " ") for name in filter(None, (first, second)))
    title = f"{measure_title(measure).capitalize()} by {dimensions}"
    chart = None
    if measure == "unique_origin_count" and not exact:
        st.info("Unique origins are not counted yet: ask for them with the switch above.")
    else:
        chart = ranked(table, first, measure, second)
    how = [("pulls_daily", name) for name in MEASURES]
    figure(title, table, chart, [*how, *_described(first, second)], "counting.md")
    st.caption("Unique origins of several rows must not be added up: one origin may be in each of them.")


def _map(selection: Selection) -> None:
    """Every country, whatever is broken down above; what has no place on a map is said in words."""
    found = breakdown.crossed(selection, "country_code", None, ALL_COUNTRIES, exact=False)
    table = found[["first", "download_count", "version_check_count"]].rename(
        columns={"first": "country_code"}
    )
    table.insert(1, "country", table["country_code"].map(country_names()).fillna("unknown"))
    placed = on_the_map(table)
    figure(
        "Downloads on the map",
        table,
        world_map(placed, "download_count"),
        [("fct_pulls", "country_code"), ("pulls_daily", "download_count")],
        "networks.md",
    )
    downloads = int(table["download_count"].sum())
    elsewhere = downloads - int(placed["download_count"].sum())
    share = elsewhere / downloads if downloads else 0
    st.caption(
        f"{len(placed):,} countries. The country of {elsewhere:,} of {downloads:,} downloads ({share:.1%}) is"
        " not known: they are not on the map."
    )


def _described(first: str, second: str | None) -> list[tuple[str, str]]:
    return [("fct_pulls", name) for name in (first, second) if name]


def _named(found: pd.DataFrame, first: str, second: str | None) -> pd.DataFrame:
    """The frame with the dimensions as names of columns, and words for all other values together."""
    columns = {first: _values(found["first"], found["is_first_rest"])}
    if second:
        columns[second] = _values(found["second"], found["is_second_rest"])
    return pd.DataFrame(columns | {name: found[name] for name in MEASURES})


def _values(values: pd.Series, is_rest: pd.Series) -> list[str]:
    """A dimension may have a value that reads like ours: brackets of this kind are in no tag and no name."""
    return ["⟨all others⟩" if rest else str(value) for value, rest in zip(values, is_rest, strict=True)]


def _unknown_in_words(selection: Selection, dimension: str) -> str:
    known = breakdown.unknown(selection, dimension)
    share = known["unknown_count"] / known["session_count"] if known["session_count"] else 0
    return (
        f"**{plain(dimension)}**: {known['value_count']:,} known values; unknown for"
        f" {known['unknown_count']:,} of {known['session_count']:,} sessions with a pull ({share:.1%})."
    )


draw(selected())
