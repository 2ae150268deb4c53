"""Horizontal bars, the largest first; stacked by a second dimension where there is one."""

from __future__ import annotations

from collections.abc import Iterable

import altair as alt
import pandas as pd

from dashboard.charts.common import legend, measure_title
from dashboard.text import shown

_ROW = 24
_ROW_WITH_NAME = 40
_LONG = 24
# A phone's chart is 360 pixels wide.
_NAME_PIXELS = 330


def ranked(
    frame: pd.DataFrame,
    category: str,
    value: str,
    colour: str | None = None,
    names_above: bool | None = None,
) -> alt.Chart:
    """Bars in the order of the frame's rows. `colour`: column to stack by, in the order of the rows too.

    `names_above`: names stand above their bars and not beside them; None: where one of them is long.
    """
    frame = shown(frame)
    above = are_long(frame[category]) if names_above is None else names_above
    tooltip = [
        alt.Tooltip(f"{category}:N"),
        alt.Tooltip(f"{value}:Q", format=",d", title=measure_title(value)),
    ]
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            y=_rows_with_names(category) if above else _rows(category),
            x=alt.X(f"{value}:Q", title=measure_title(value), axis=alt.Axis(format=",d", tickMinStep=1)),
            tooltip=tooltip,
        )
        .properties(height=alt.Step(_ROW_WITH_NAME if above else _ROW))
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


def are_long(names: Iterable[object]) -> bool:
    """Whether one of the names would take too much of the width beside its bar."""
    return any(len(str(one)) > _LONG for one in names)


def _rows(category: str) -> alt.Y:
    return alt.Y(f"{category}:N", sort=None, title=None, axis=alt.Axis(labelLimit=200))


def _rows_with_names(category: str) -> alt.Y:
    """Rows with room for a line of text above each bar."""
    names = alt.Axis(
        labelAlign="left",
        labelPadding=-2,
        labelOffset=-18,
        labelLimit=_NAME_PIXELS,
        domain=False,
        ticks=False,
    )
    return alt.Y(
        f"{category}:N",
        sort=None,
        title=None,
        axis=names,
        scale=alt.Scale(paddingInner=0.6, paddingOuter=0.5),
    )
