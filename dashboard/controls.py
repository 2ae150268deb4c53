"""The side bar: what is shown. Every control is bound to the URL, so that a link gives the same view."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

import streamlit as st

from dashboard.queries import dimensions, overview
from dashboard.queries.selection import SWITCHES, WEEKDAYS, Condition, Selection, Switch
from dashboard.text import plain

T = TypeVar("T")
ALL = "all images"
OWN_DAYS = "my own days"
RANGES = {"the last 7 days": 7, "the last 28 days": 28, "the last 8 weeks": 56, "the last 52 weeks": 364}
EVERYTHING = "all days"
_EARLIEST, _LATEST = date(2000, 1, 1), date(2099, 12, 31)
_SWITCH_HELP = {
    "ci": "Sessions whose environment is ci, where that is at least likely.",
    "mirrors": "Sessions of a cache or mirror, which hides its users (is_lower_bound).",
    "pollers": "Sessions of origins that ask by a timer (access_pattern polling).",
}


def selection() -> Selection | None:
    """Draw the side bar; what was chosen. None, with a message on the page, where the choice is none."""
    with st.sidebar:
        image = st.selectbox(
            "Image", [ALL, *dimensions.repositories()], key="repository", bind="query-params"
        )
        days = _days()
        weekdays = st.multiselect(
            "Weekdays", WEEKDAYS, key="weekday", bind="query-params", placeholder="all (days are UTC)"
        )
        ci, mirrors, pollers = (_switch(name) for name in ("ci", "mirrors", "pollers"))
        conditions = _conditions()
    if days is None:
        return None
    return Selection(
        *days,
        repository=None if image == ALL else image,
        weekdays=tuple(WEEKDAYS.index(name) + 1 for name in weekdays),
        ci=ci,
        mirrors=mirrors,
        pollers=pollers,
        conditions=conditions,
    )


def _days() -> tuple[date, date] | None:
    known = overview.newest_day()
    first, last = (one.date() for one in known) if known else (_EARLIEST, _EARLIEST)
    options = [*RANGES, EVERYTHING, OWN_DAYS]
    chosen = st.selectbox(
        "Days", options, index=1, key="days", bind="query-params",
        help="Counted back from the newest day with logs, not from today.",
    )  # fmt: skip
    if chosen in RANGES:
        return max(first, last - timedelta(days=RANGES[chosen] - 1)), last
    if chosen == EVERYTHING:
        return first, last
    since = _day("From", first, "from")
    until = _day("To (this day too)", last, "to")
    if since > until:
        st.error(f"From ({since}) lies after To ({until}). Exchange them.")
        return None
    return since, until


def _day(label: str, default: date, key: str) -> date:
    found = st.date_input(
        label, default, _EARLIEST, _LATEST, key=key, required=True, format="YYYY-MM-DD", bind="query-params"
    )
    return found or default


def _switch(name: str) -> Switch:
    label = "CI" if name == "ci" else name.capitalize()
    return one_of(label, SWITCHES, "with", name, _SWITCH_HELP[name])


def one_of(label: str, options: Sequence[T], default: T, key: str, explained: str | None = None) -> T:
    """Buttons of which one is pressed. "&by=" in a URL presses none, `required` or not: the default."""
    found: T | None = st.segmented_control(
        label, options, default=default, required=True, key=key, bind="query-params", help=explained
    )
    return default if found is None else found


def _conditions() -> tuple[Condition, ...]:
    """The filters in force, and a form that adds one."""
    texts = st.multiselect(
        "Filters",
        st.session_state.get("filter", []),
        key="filter",
        bind="query-params",
        accept_new_options=True,
        placeholder="none; add one below",
        help=(
            "Several values of one dimension are either of them; filters of different dimensions hold"
            " together."
        ),
    )
    with st.expander("Add a filter"):
        _filter_form()
    found = []
    for text in texts:
        try:
            found.append(Condition.parse(text))
        except ValueError as error:
            st.warning(f"“{plain(text)}” is passed over: {plain(error)}.")
    return tuple(found)


def _filter_form() -> None:
    dimension = st.selectbox("Dimension", list(dimensions.DIMENSIONS), index=9, key="new_dimension")
    word = st.segmented_control("Word", ["is", "is not"], default="is", required=True, key="new_word")
    value = st.selectbox(
        "Value", dimensions.values(dimension), index=None, key="new_value", accept_new_options=True
    )
    st.button("Add", on_click=add_filter, args=(dimension, word == "is", value), disabled=not value)


def add_filter(dimension: str, is_wanted: bool, value: str) -> None:
    """Put a filter in force; it stands in the URL from then on. To be called by a button."""
    text = str(Condition(dimension, is_wanted, value))
    st.session_state["filter"] = list(dict.fromkeys([*st.session_state.get("filter", []), text]))
