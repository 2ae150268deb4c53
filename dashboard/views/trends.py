"""Cohorts, anomalies and events: what was unusual, who comes back, and what an event moved."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.charts.intervals import intervals
from dashboard.charts.stacked import stacked
from dashboard.charts.steps import steps
from dashboard.controls import ALL
from dashboard.figure import figure
from dashboard.frame import note_filters, selected
from dashboard.published import has_mart
from dashboard.queries import trends
from dashboard.queries.selection import Selection

COHORTS = 6
EVENTS = 20
_KNOWN = {
    "returning_origin_count": "came in the weeks before too",
    "revived_origin_count": "came back after a pause",
    "new_origin_count": "never seen before",
}


def draw(selection: Selection) -> None:
    """The page."""
    note_filters(selection, "these marts know days and images only.")
    for mart, draw_part in (
        ("anomalies_daily", _anomalies),
        ("event_lift", _events),
        ("origin_cohorts_weekly", _cohorts),
        ("origin_cohort_curves", _curves),
    ):
        if has_mart(mart):
            draw_part(selection)
        else:
            st.info(
                f"The published file has no `{mart}` yet: an older version made it. Run `make run` with your"
                " DATA once more, then load this page again."
            )


def _anomalies(selection: Selection) -> None:
    found = _named(trends.anomalies(selection))
    figure(
        "Unusual days",
        found,
        None,
        [
            ("anomalies_daily", name)
            for name in ("measured", "usual", "z_score", "cause", "top_value", "top_share", "is_continued")
        ],
        "behaviour.md",
        "No day of these was unusual, as far as days could be compared.",
    )
    st.caption(
        f"{trends.assessed_days(selection):,} of {selection.day_count:,} days have four weeks or more to be"
        " compared with; of the others nobody can say what is usual."
    )


def _events(selection: Selection) -> None:
    found = _named(trends.events(selection))
    known = found[found["lift"].notna()].head(EVENTS)
    named = known.assign(
        event=pd.to_datetime(known["event_date"]).dt.strftime("%Y-%m-%d") + " " + known["repository"] + " "
        + known["label"].fillna(known["kind"])
    )  # fmt: skip
    figure(
        "Events and releases: downloads of the week after, beside the weeks before",
        found,
        None if named.empty else intervals(named, "event", "lift", "lift_lower", "lift_upper"),
        [
            ("event_lift", name)
            for name in ("lift", "lift_lower", "usual_download_count", "assessment", "overlapping_events")
        ],
        "events.md",
        "No event and no release in these days. Releases are found in the logs; your own events (a talk, an"
        " article) can be given in a file: `docs/events.md`.",
    )


def _named(found: pd.DataFrame) -> pd.DataFrame:
    """Rows over all images ("*") called what the side bar calls them."""
    return found.assign(repository=found["repository"].replace("*", ALL))


def _cohorts(selection: Selection) -> None:
    found = trends.cohorts(selection)
    long = found.rename(columns=_KNOWN).melt("week_start", list(_KNOWN.values()), "origins", "count")
    figure(
        "Origins of each week, by when they came before",
        found,
        stacked(long, "week_start", "origins", "count"),
        [
            ("origin_cohorts_weekly", name)
            for name in (*_KNOWN, "lapsed_origin_count", "maybe_seen_before_count", "covered_share")
        ],
        "behaviour.md",
    )


def _curves(selection: Selection) -> None:
    found = trends.curves(selection, COHORTS)
    figure(
        "Of those first seen in a week: what part came in later weeks",
        found,
        steps(found, "weeks_since", "retention", "cohort_week"),
        [("origin_cohort_curves", name) for name in ("retention", "cohort_origin_count", "is_lower_bound")],
        "behaviour.md",
    )


draw(selected())
