"""Lines over time, one a measure; what is not final is hollow."""

from __future__ import annotations

import altair as alt
import pandas as pd

HEIGHT = 280


def over_time(frame: pd.DataFrame) -> alt.LayerChart:
    """Lines of a long frame: period_start (date), measure, value (missing breaks the line), state, is_before.

    `state` other than 'final' makes a hollow point; `is_before`, for the period compared with, a dashed line.
    """
    base = alt.Chart(frame).encode(
        x=alt.X(
            "period_start:T", title=None, axis=alt.Axis(format="%Y-%m-%d", labelOverlap=True, tickCount=6)
        ),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(format=",d", tickMinStep=1)),
        color=alt.Color("measure:N", title=None, legend=alt.Legend(orient="top", labelLimit=0)),
        tooltip=[
            alt.Tooltip("period_start:T", title="from", format="%Y-%m-%d"),
            alt.Tooltip("measure:N"),
            alt.Tooltip("value:Q", format=",d"),
            alt.Tooltip("state:N"),
        ],
    )
    lines = base.mark_line().encode(
        strokeDash=alt.condition("datum.is_before", alt.value([4, 4]), alt.value([1, 0])), detail="measure:N"
    )
    points = base.mark_point(size=40).encode(
        fillOpacity=alt.condition("datum.state == 'final'", alt.value(1), alt.value(0)),
        fill=alt.Color("measure:N", legend=None),
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[lines, points]).properties(height=HEIGHT)
    return chart
