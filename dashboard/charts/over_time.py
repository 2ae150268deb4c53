"""Lines over time, one a measure; what is not final is hollow."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.charts.common import day_axis, height, legend, with_days_as_text
from dashboard.text import shown


def over_time(frame: pd.DataFrame) -> alt.LayerChart:
    """Lines of a long frame: period_start (date), measure, value (missing breaks the line), state, is_before.

    `state` other than 'final' makes a hollow point; `is_before`, for the period compared with, a dashed line.
    """
    frame = shown(frame)
    measures = list(dict.fromkeys(frame["measure"]))
    base = alt.Chart(with_days_as_text(frame, "period_start")).encode(
        x=day_axis("period_start"),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=True), axis=alt.Axis(format=",d", tickMinStep=1)),
        color=alt.Color("measure:N", title=None, legend=legend(measures)),
        tooltip=["period_start:O", "measure:N", alt.Tooltip("value:Q", format=",d"), "state:N"],
    )
    lines = base.mark_line().encode(
        strokeDash=alt.condition("datum.is_before", alt.value([4, 4]), alt.value([1, 0])), detail="measure:N"
    )
    points = base.mark_point(size=40).encode(
        fillOpacity=alt.condition("datum.state == 'final'", alt.value(1), alt.value(0)),
        fill=alt.Color("measure:N", legend=None),
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[lines, points]).properties(height=height(measures))
    return chart
