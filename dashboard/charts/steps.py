"""Curves that rise in steps: shares by the days that went by."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.charts.common import height, legend
from dashboard.text import shown


def steps(frame: pd.DataFrame, days: str, share: str, part: str) -> alt.Chart:
    """One curve a value of `part`; `share` from 0 to 1."""
    frame = shown(frame)
    parts = list(dict.fromkeys(frame[part]))
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_line(interpolate="step-after", point=True)
        .encode(
            x=alt.X(f"{days}:Q", title=days.replace("_", " "), axis=alt.Axis(format="d", tickMinStep=1)),
            y=alt.Y(f"{share}:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%")),
            color=alt.Color(f"{part}:N", title=None, legend=legend(parts)),
            tooltip=[f"{part}:N", f"{days}:Q", alt.Tooltip(f"{share}:Q", format=".1%")],
        )
        .properties(height=height(parts))
    )
    return chart
