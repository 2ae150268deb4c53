"""What charts share: days that no time zone moves, legends that fit a phone."""

from __future__ import annotations

import altair as alt
import pandas as pd

HEIGHT = 280
_LEGEND_ROW = 20
_SHORT = 24


def with_days_as_text(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """The frame with its days as "2026-09-21": as dates, a browser in New York would show the day before."""
    return frame.assign(**{column: pd.to_datetime(frame[column]).dt.strftime("%Y-%m-%d")})


def day_axis(column: str) -> alt.X:
    """An axis of such days, in their order."""
    return alt.X(f"{column}:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, labelFlush=True))


def legend(parts: list[str]) -> alt.Legend:
    """A legend above the chart, in two columns unless its labels are long."""
    return alt.Legend(orient="top", columns=_columns(parts), labelLimit=0)


def height(parts: list[str]) -> int:
    """Height of a chart whose plot stays as high as that of others under a legend of so many parts."""
    return HEIGHT + _LEGEND_ROW * -(-len(parts) // _columns(parts))


def measure_title(measure: str) -> str:
    """A measure's name in words: "line_count" is "lines". What is no count keeps its name."""
    if measure == "pull_count":
        return "pull operations"
    if measure.endswith("_count"):
        return measure.removesuffix("_count").replace("_", " ") + "s"
    return measure.replace("_", " ")


def _columns(parts: list[str]) -> int:
    return 2 if all(len(one) <= _SHORT for one in parts) else 1
