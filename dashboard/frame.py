"""What all pages have in common: title, side bar, what to do when there is nothing to show, footer."""

from __future__ import annotations

import duckdb
import streamlit as st
from streamlit.navigation.page import Page

from dashboard import attribution, controls
from dashboard.queries import overview
from dashboard.queries.selection import Selection
from dashboard.text import plain
from pipeline.settings import SettingsError
from pipeline.warehouse.marts import NotPublishedError

_SELECTION = "selection"

# Streamlit's own button above a table writes cells that a spreadsheet would run; ours below it does not.
_ONLY_OUR_FILES = "button[aria-label^='Download as CSV'] { display: none }"
# A figure of eleven digits or a date stands whole in its box, and is not cut off with dots.
_WHOLE_FIGURES = (
    "[data-testid=stMetricValue], [data-testid=stMetricValue] * {"
    " font-size: 1.7rem; white-space: normal; overflow: visible; overflow-wrap: anywhere }"
)
_STYLE = f"<style>{_ONLY_OUR_FILES} {_WHOLE_FIGURES}</style>"


def show(page: Page) -> None:
    """Draw the frame with the page in it. Whatever stands in its way becomes a message that says what to do.

    The side bar is drawn here and not by the page, so that its choices last from page to page.
    """
    st.html(_STYLE)
    st.title(page.title)
    try:
        selection = controls.selection()
        if selection is not None and _has_logs(selection):
            st.session_state[_SELECTION] = selection
            page.run()
    except (NotPublishedError, SettingsError) as error:
        st.info(plain(error))
    except (duckdb.CatalogException, duckdb.BinderException):
        st.error(
            "The published file was made by another version of Pullhouse: a table or column that this page"
            " reads is not in it. Run `make run` with your DATA once more, then load this page again."
        )
    st.divider()
    st.markdown(attribution.MARKDOWN)


def selected() -> Selection:
    """What the side bar says, for the page that `show` draws."""
    selection: Selection = st.session_state[_SELECTION]
    return selection


def note_filters(selection: Selection, reason: str) -> None:
    """Say that the switches and filters do not count below, where some are set; `reason` says why not."""
    if not selection.is_plain:
        st.info(f"The switches and filters of the side bar do not apply here: {reason}")


def _has_logs(selection: Selection) -> bool:
    """Whether any day has logs; says how far they reach if not, and which days are missing or open."""
    known = overview.newest_day()
    if known is None:
        st.info("No log has been loaded yet. Run `make run LOGS=<your logs>`, then load this page again.")
        return False
    days = overview.coverage(selection)
    if not days["covered_day_count"]:
        st.info(
            f"There are no logs for these days ({selection.first_day} to {selection.last_day}). Logs"
            f" reach from"
            f" {known[0]:%Y-%m-%d} to {known[1]:%Y-%m-%d}: choose other days in the side bar."
        )
        return False
    st.caption(
        _days_in_words(selection, days["day_count"], days["covered_day_count"], days["final_day_count"])
    )
    return True


def _days_in_words(selection: Selection, wanted: int, covered: int, final: int) -> str:
    words = f"{selection.first_day} to {selection.last_day}, {wanted} day{'' if wanted == 1 else 's'}"
    if covered < wanted:
        words += f"; **{wanted - covered} without any logs**"
    if final < wanted:
        words += f"; **{wanted - final} not final**: logs may still come, and the figures change"
    return words + "."
