"""A figure: chart, the same figures as a table and as files, and how they are counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboard import descriptions, exports
from dashboard.text import plain, shown

NOTHING = "Nothing in this selection."


def figure(
    title: str,
    frame: pd.DataFrame,
    chart: alt.Chart | alt.LayerChart | None,
    how: Iterable[tuple[str, str]],
    page: str,
    nothing: str = NOTHING,
) -> None:
    """A titled figure. `how`: the (mart, column) pairs whose descriptions explain it; `page`: the page
    of docs; `nothing`: what to say where the frame is empty.

    `chart` is drawn above the table; None for figures that are a table only.
    """
    st.header(title)
    if frame.empty:
        st.info(nothing)
        return
    if chart is not None:
        st.altair_chart(chart, width="stretch", alt=f"{title}; the figures are in the table below.")
    with st.expander("The figures as a table", expanded=chart is None):
        _table(title, frame)
    with st.expander("How is this counted?"):
        st.markdown(explained(how, page))


def explained(how: Iterable[tuple[str, str]], page: str) -> str:
    """The descriptions of the columns as Markdown. Raises KeyError for one that is not described."""
    lines = [f"* `{column}`: {plain(descriptions.column(mart, column))}" for mart, column in how]
    return "\n".join([*lines, f"* more: `docs/{page}`"])


def _formats(frame: pd.DataFrame) -> dict[str, Any]:
    """Days without a time of day, shares in percent, whole numbers with separators; by the names that the
    marts give their columns."""
    found: dict[str, Any] = {}
    for name in map(str, frame.columns):
        if name.endswith(("_on", "_date", "_start")):
            found[name] = st.column_config.DateColumn(format="YYYY-MM-DD")
        elif name.endswith(("share", "retention", "survival")):
            found[name] = st.column_config.NumberColumn(format="percent")
        elif name.endswith("_count"):
            found[name] = st.column_config.NumberColumn(format="localized")
    return found


def _table(title: str, frame: pd.DataFrame) -> None:
    st.dataframe(shown(frame), hide_index=True, width="stretch", alt=title, column_config=_formats(frame))
    name = "-".join("".join(one if one.isalnum() else " " for one in title.lower()).split())
    with st.container(horizontal=True):
        st.download_button(
            "CSV", exports.csv(frame), f"{name}.csv", "text/csv", key=f"csv {title}", on_click="ignore"
        )
        st.download_button(
            "Parquet", exports.parquet(frame), f"{name}.parquet", "application/vnd.apache.parquet",
            key=f"parquet {title}", on_click="ignore",
        )  # fmt: skip
