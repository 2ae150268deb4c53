"""Shares with their intervals, one a row."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.text import shown

_ROW = 24


def intervals(frame: pd.DataFrame, category: str, value: str, lower: str, upper: str) -> alt.LayerChart:
    """A point from `lower` to `upper` for each row, in the order of the rows; 0 is a line."""
    frame = shown(frame)
    row = alt.Y(f"{category}:N", sort=None, title=None, axis=alt.Axis(labelLimit=200))
    share = alt.Axis(format="+.0%")
    tooltip = [f"{category}:N", *(alt.Tooltip(f"{one}:Q", format="+.1%") for one in (value, lower, upper))]
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color="#888", aria=False).encode(x="zero:Q")
    lines = (
        alt.Chart(frame)
        .mark_rule(strokeWidth=2, aria=False)
        .encode(
            x=alt.X(f"{lower}:Q", title=None, axis=share), x2=f"{upper}:Q", y=row, color=alt.value("#1f77b4")
        )
    )
    points = (
        alt.Chart(frame)
        .mark_point(filled=True, size=60)
        .encode(
            x=alt.X(f"{value}:Q", title=None, axis=share), y=row, tooltip=tooltip, color=alt.value("#1f77b4")
        )
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[zero, lines, points]).properties(height=alt.Step(_ROW))
    return chart
