"""The world as circles on its coasts: the smallest country is as easy to see as the largest."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from dashboard.charts.common import measure_title
from dashboard.text import shown

FOLDER = Path(__file__).with_name("world")
_HEIGHT = 440
_LARGEST = 900


def world_map(frame: pd.DataFrame, value: str) -> alt.LayerChart:
    """Circles by their area over a frame with country_code, country and `value`; see `on_the_map`."""
    land = alt.InlineData(values=_land(), format=alt.TopoDataFormat(feature="land", type="topojson"))
    coasts = alt.Chart(land).mark_geoshape(fill="#9993", stroke="#9999", strokeWidth=0.5, aria=False)
    # The largest are drawn first, so that none hides a smaller one.
    circles = (
        alt.Chart(shown(frame.sort_values(value, ascending=False)))
        .mark_circle(opacity=0.7, color="#1f77b4", stroke="white", strokeWidth=0.5)
        .encode(
            longitude="longitude:Q",
            latitude="latitude:Q",
            size=alt.Size(
                f"{value}:Q",
                scale=alt.Scale(type="linear", domainMin=0, range=[0, _LARGEST]),
                legend=alt.Legend(orient="bottom", format=",d", tickCount=3, title=measure_title(value)),
            ),
            tooltip=[
                "country:N",
                "country_code:N",
                alt.Tooltip(f"{value}:Q", format=",d", title=measure_title(value)),
            ],
        )
    )
    chart: alt.LayerChart = (
        alt.LayerChart(layer=[coasts, circles]).project(type="equalEarth").properties(height=_HEIGHT)
    )
    return chart


def on_the_map(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of the frame whose country_code has a place, with its longitude and latitude."""
    return frame.merge(_points(), on="country_code")


@lru_cache(maxsize=1)
def _points() -> pd.DataFrame:
    # Namibia's code is "NA", which pandas would take for a missing value.
    return pd.read_csv(FOLDER / "points.csv", keep_default_na=False)


@lru_cache(maxsize=1)
def _land() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / "land.json").read_text(encoding="utf-8"))
    return content
