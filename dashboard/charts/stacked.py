"""Stacked bars over time: parts of a whole."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd


def stacked(frame: pd.DataFrame, day: str, part: str, value: str, as_share: bool = False) -> alt.Chart:
    """One bar per day (or period) of a long frame; `as_share` makes every bar as high as the others."""
    stack: Literal["normalize", "zero"] = "normalize" if as_share else "zero"
    shape = "%" if as_share else ",d"
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X(
                f"yearmonthdate({day}):O", title=None, axis=alt.Axis(format="%Y-%m-%d", labelOverlap=True)
            ),
            y=alt.Y(f"{value}:Q", stack=stack, title=None, axis=alt.Axis(format=shape)),
            color=alt.Color(
                f"{part}:N", title=None, legend=alt.Legend(orient="top", columns=2, labelLimit=150)
            ),
            tooltip=[
                alt.Tooltip(f"{day}:T", format="%Y-%m-%d"),
                alt.Tooltip(f"{part}:N"),
                alt.Tooltip(f"{value}:Q", format=",d"),
            ],
        )
        .properties(height=280)
    )
    return chart
