"""What costs seconds is counted when somebody asks for it, and nothing is estimated instead."""

from __future__ import annotations

import streamlit as st

from dashboard.queries import overview
from dashboard.queries.counts import SESSIONS_COUNTED_AT_ONCE, SESSIONS_READ_AT_ONCE
from dashboard.queries.selection import Selection

_HELP = "So many sessions are selected that this takes seconds. Nothing is estimated instead."


def counts_uniques(selection: Selection) -> bool:
    """Whether distinct origins of the whole selection are counted: few sessions, or asked for."""
    return _is_asked(selection, SESSIONS_COUNTED_AT_ONCE, "Count unique origins exactly", "exact")


def ranks_origins(selection: Selection) -> bool:
    """Whether the origins of the selection are counted one by one: few sessions, or asked for."""
    return _is_asked(selection, SESSIONS_COUNTED_AT_ONCE, "Count by origin", "by_origin")


def reads_sessions(selection: Selection, label: str, key: str) -> bool:
    """Whether something is shown that no period mart knows: few sessions, or asked for by its switch."""
    return _is_asked(selection, SESSIONS_READ_AT_ONCE, label, key)


def _is_asked(selection: Selection, most: int, label: str, key: str) -> bool:
    if overview.sums(selection)["session_count"] <= most:
        return True
    return st.toggle(f"{label} (takes some seconds)", key=key, bind="query-params", help=_HELP)
