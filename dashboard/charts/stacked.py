"""Stacked bars over time: parts of a whole."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from dashboard.charts.common import day_axis, height, legend, with_days_as_text
from dashboard.text import shown


def stacked(frame: pd.DataFrame, day: str, part: str, value: str, as_share: bool = False) -> alt.Chart:
    """One bar per day (or period) of a long frame; `as_share` makes every bar as high as the others."""
    stack: Literal["normalize", "zero"] = "normalize" if as_share else "zero"
    frame = shown(frame)
    shape = ".0%" if as_share else ",d"
    parts = list(dict.fromkeys(frame[part]))
    chart: alt.Chart = (
        alt.Chart(with_days_as_text(frame, day))
        .mark_bar()
        .encode(
            x=day_axis(day),
            y=alt.Y(f"{value}:Q", stack=stack, title=None, axis=alt.Axis(format=shape)),
            color=alt.Color(f"{part}:N", title=None, legend=legend(parts)),
            tooltip=[f"{day}:O", f"{part}:N", alt.Tooltip(f"{value}:Q", format=shape)],
        )
        .properties(height=height(parts))
    )
    return chart
