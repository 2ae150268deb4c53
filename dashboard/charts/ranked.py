"""Horizontal bars, the largest first; stacked by a second dimension where there is one."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.charts.common import legend
from dashboard.text import shown

_ROW = 24


def ranked(frame: pd.DataFrame, category: str, value: str, colour: str | None = None) -> alt.Chart:
    """Bars in the order of the frame's rows. `colour`: column to stack by, in the order of the rows too."""
    frame = shown(frame)
    tooltip = [alt.Tooltip(f"{category}:N"), alt.Tooltip(f"{value}:Q", format=",d")]
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            y=alt.Y(f"{category}:N", sort=None, title=None, axis=alt.Axis(labelLimit=200)),
            x=alt.X(f"{value}:Q", title=value.replace("_", " "), axis=alt.Axis(format=",d", tickMinStep=1)),
            tooltip=tooltip,
        )
        .properties(height=alt.Step(_ROW))
    )
    if colour is None:
        return chart
    parts = list(dict.fromkeys(frame[colour]))
    chart = chart.encode(
        color=alt.Color(
            f"{colour}:N", sort=parts, title=colour.replace("_", " "),
            legend=legend(parts),
        ),
        tooltip=[alt.Tooltip(f"{colour}:N"), *tooltip],
    )  # fmt: skip
    return chart
