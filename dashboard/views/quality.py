"""Data quality: how fresh the logs are, where they have gaps, and what was not counted."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.charts.ranked import ranked
from dashboard.charts.stacked import stacked
from dashboard.figure import figure
from dashboard.frame import note_filters, selected
from dashboard.queries import overview, quality
from dashboard.queries.selection import Selection
from pipeline.screens.losses import ADVICE, OTHERWISE

_UNKNOWN = {
    "unknown_client_count": "client",
    "unknown_country_count": "country",
    "unknown_operator_count": "network operator",
    "unknown_completion_count": "whether it was delivered whole",
}


def draw(selection: Selection) -> None:
    """The page."""
    _ledger(selection)
    note_filters(selection, "lines that are not counted have no client and no environment.")
    _days(selection)
    _excluded(selection)
    _lost()
    _formats()


def _ledger(selection: Selection) -> None:
    ledger = quality.ledger()
    days = overview.coverage(selection)
    columns = st.columns(4)
    columns[0].metric(
        "Newest line",
        f"{ledger['last_logged_at']:%Y-%m-%d}",
        border=True,
        help=f"Logged at {ledger['last_logged_at']:%H:%M:%S} UTC.",
    )
    columns[1].metric("Days without logs", f"{days['day_count'] - days['covered_day_count']:,}", border=True)
    columns[2].metric(
        "Quarantined lines", f"{ledger['quarantined_count']:,}", border=True,
        help=f"Of all {ledger['line_count']:,} lines of {ledger['object_count']:,} loaded objects.",
    )  # fmt: skip
    columns[3].metric("Days not final", f"{days['day_count'] - days['final_day_count']:,}", border=True)


def _days(selection: Selection) -> None:
    found = quality.days(selection)
    figure(
        "Requests by day; a gap is a day without logs",
        found,
        stacked(found.assign(part="requests"), "quality_date", "part", "distinct_count"),
        [
            ("data_quality_daily", name)
            for name in ("load_count", "distinct_count", "duplicate_count", *_UNKNOWN)
        ],
        "operations.md",
    )
    requests = found["distinct_count"].sum()
    shares = [found[name].sum() / requests if requests else 0 for name in _UNKNOWN]
    table = pd.DataFrame({"not known": list(_UNKNOWN.values()), "share of requests": shares})
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        column_config={"share of requests": st.column_config.NumberColumn(format="percent")},
    )


def _excluded(selection: Selection) -> None:
    found = quality.excluded(selection)
    figure(
        "Lines that are in no download and no version check",
        found,
        ranked(found, "reason", "line_count"),
        [("excluded_traffic_daily", name) for name in ("reason", "line_count")],
        "behaviour.md",
    )


def _lost() -> None:
    figure(
        "Refused objects: logs that are in no figure",
        quality.refused(),
        None,
        [("refused_objects", name) for name in ("object_name", "reason", "refused_since")],
        "operations.md",
        nothing="Every object that was found could be loaded.",
    )
    found = quality.quarantined()
    found.insert(2, "what_to_do", [ADVICE.get(reason, OTHERWISE) for reason in found["reason"]])
    figure(
        "Quarantined lines by reason and field",
        found,
        None,
        [("quarantine_reasons", name) for name in ("reason", "field", "line_count")],
        "log-format.md",
        nothing="No line was quarantined.",
    )


def _formats() -> None:
    figure(
        "Log formats, and how right the counts are expected to be",
        quality.formats(),
        None,
        [("load_ledger", name) for name in ("log_format", "line_count", "quarantined_count")],
        "log-format.md",
    )
    # Not a caption: its command would be too pale to read.
    st.markdown(
        "`expected_accuracy`: how many of the recorded scenarios are counted exactly from such logs of such a"
        " gateway (`docs/counting.md`). What your logs lack, and what to change: `make doctor`."
    )


draw(selected())
