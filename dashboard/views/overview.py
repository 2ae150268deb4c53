"""Overview: downloads, unique origins and version checks over time, and what other counters would say."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import changes, comparison, descriptions, on_demand
from dashboard.charts.over_time import over_time
from dashboard.charts.ranked import ranked
from dashboard.controls import one_of
from dashboard.figure import figure
from dashboard.frame import note_filters, selected
from dashboard.queries import overview
from dashboard.queries.overview import GRAINS, Grain
from dashboard.queries.selection import Selection
from dashboard.text import plain

HEADLINE = {
    "download_count": "Downloads",
    "unique_origin_count": "Unique origins",
    "version_check_count": "Version checks",
    "pull_count": "Pull operations",
}
HOW = [("pulls_daily", name) for name in HEADLINE]
_LONGEST_SHIFTS = {"day": 1, "week": 7}


def draw(selection: Selection) -> None:
    """The page."""
    exact = on_demand.counts_uniques(selection)
    left, right = st.columns(2)
    compared = left.selectbox(
        "Compare with", [*comparison.COMPARISONS, comparison.NOTHING], key="compare", bind="query-params"
    )
    with right:
        grain = one_of("By", GRAINS, "week", "by")
    before = comparison.before(selection, compared)
    _headline(selection, before, exact)
    _over_time(selection, before, grain, exact)
    _other_counters(selection)


def _headline(selection: Selection, before: Selection | None, exact: bool) -> None:
    now = overview.totals(selection, exact)
    then = None if before is None else _known_totals(before, exact)
    for column, (name, label) in zip(st.columns(4), HEADLINE.items(), strict=True):
        value = now[name]
        column.metric(
            label,
            "not counted" if value is None else f"{value:,}",
            delta=None if then is None else changes.percent(value, then[name]),
            delta_color="off",
            help=plain(descriptions.column("pulls_daily", name)),
            border=True,
        )
    if before is not None:
        st.caption(_compared_in_words(before, is_known=then is not None))
    if now["is_lower_bound"]:
        st.caption("A lower bound: a cache or mirror fetched some of it, and hides its users.")


def _known_totals(before: Selection, exact: bool) -> pd.Series | None:
    """The earlier figures; None unless every one of these days has logs: a gap would look like growth."""
    days = overview.coverage(before)
    return overview.totals(before, exact) if days["covered_day_count"] == days["day_count"] else None


def _compared_in_words(before: Selection, is_known: bool) -> str:
    days = f"{before.first_day} to {before.last_day}"
    if is_known:
        return f"Compared with {days}."
    return f"Not compared: not every day of {days} has logs. Fewer days in the side bar may help."


def _over_time(selection: Selection, before: Selection | None, grain: Grain, exact: bool) -> None:
    table = _with_state(overview.series(selection, grain, exact))
    is_cumulative = st.toggle(
        "Cumulative", key="cumulative", bind="query-params",
        help="The counts added up from the first day shown. Uniques are not additive and stay as they are.",
    )  # fmt: skip
    if is_cumulative:
        table = table.assign(
            **{name: table[name].cumsum() for name in ("download_count", "version_check_count")}
        )
    long = _long(table, "")
    if before is not None and not is_cumulative and _can_overlay(selection, before, grain):
        earlier = _with_state(overview.series(before, grain, exact))
        shifted = earlier["period_start"] + pd.Timedelta(days=(selection.first_day - before.first_day).days)
        long = pd.concat([long, _long(earlier.assign(period_start=shifted), " (before)")])
    checks = long["measure"].str.startswith("version checks")
    figure("Downloads and unique origins over time", table, over_time(long[~checks]), HOW, "counting.md")
    st.header("Version checks over time")
    st.caption("In a chart of their own: timers make many of them. The figures are in the table above.")
    st.altair_chart(over_time(long[checks]), width="stretch", alt="Version checks over time")


def _can_overlay(selection: Selection, before: Selection, grain: Grain) -> bool:
    """Whether the earlier periods fall on the later ones when they are shifted by whole periods."""
    step = _LONGEST_SHIFTS.get(grain)
    return step is not None and (selection.first_day - before.first_day).days % step == 0


def _with_state(frame: pd.DataFrame) -> pd.DataFrame:
    """The series with `state` in words instead of its flags."""
    states = [
        _state(*row) for row in frame[["covered_day_count", "is_final", "is_whole"]].itertuples(index=False)
    ]
    return frame.assign(state=states).drop(columns=["is_final", "is_whole"])


def _state(covered: int, is_final: bool, is_whole: bool) -> str:
    if not covered:
        return "no logs"
    return ("" if is_final else "not ") + "final" + ("" if is_whole else ", part of a period")


def _long(table: pd.DataFrame, suffix: str) -> pd.DataFrame:
    names = {
        "download_count": "downloads",
        "unique_origin_count": "unique origins",
        "version_check_count": "version checks",
    }
    long = table.rename(columns=names).melt(["period_start", "state"], list(names.values()), "measure")
    return long.assign(
        measure=long["measure"] + suffix, is_before=bool(suffix), value=long["value"].astype("Float64")
    )


def _other_counters(selection: Selection) -> None:
    title = "What other counters would say of the same traffic"
    note_filters(selection, "other counters know no such filters; only days and image count.")
    known = descriptions.definitions()
    frame = overview.definitions(selection)
    frame.insert(0, "counter", [known[one].title if one in known else one for one in frame["definition_id"]])
    frame["why"] = [known[one].formalisation if one in known else "" for one in frame["definition_id"]]
    figure(
        title,
        frame,
        ranked(frame, "counter", "pull_count"),
        [("pull_definitions_daily", "pull_count")],
        "definitions.md",
    )


draw(selected())
