"""Versions: what the installs of one image run, how fast they move on, and which tag may be retired."""

from __future__ import annotations

import streamlit as st

from dashboard.charts.stacked import stacked
from dashboard.charts.steps import steps
from dashboard.figure import figure
from dashboard.frame import note_filters, selected
from dashboard.queries import dimensions, versions
from dashboard.queries.selection import Selection

TOP = 8


def draw(selection: Selection) -> None:
    """The page."""
    note_filters(selection, "an install leaves out CI, mirrors and the publisher's own by its definition.")
    image = selection.repository or _choose_image()
    if image is not None:
        _adoption(selection, image)
        _upgrades(image)
    _tags(selection.repository)


def _choose_image() -> str | None:
    return st.selectbox(
        "Image of the adoption curves", dimensions.repositories(), key="image", bind="query-params"
    )


def _adoption(selection: Selection, image: str) -> None:
    frame = versions.adoption(image, selection.first_day, selection.last_day, TOP)
    frame["version"] = frame["version"].fillna("⟨all others⟩")
    figure(
        "Adoption: what share of the active installs runs which version",
        frame,
        stacked(frame, "adoption_date", "version", "install_share", as_share=True),
        [("version_adoption_daily", name) for name in ("version", "install_share", "active_install_count")],
        "installs.md",
    )


def _upgrades(image: str) -> None:
    found = versions.versions(image)
    figure(
        "Versions, and how installs took them up",
        found,
        None,
        [("versions", name) for name in found.columns],
        "installs.md",
    )
    curves = versions.upgrade_curves(image, TOP)
    figure(
        "Upgrade lag: installs on older versions that have moved",
        curves,
        steps(curves, "lag_days", "upgraded_share", "version"),
        [("upgrade_lag_curves", name) for name in ("lag_days", "at_risk_count", "survival")],
        "installs.md",
        "No install was on an older version when a newer one came out: there is no upgrade to wait for.",
    )


def _tags(image: str | None) -> None:
    found = versions.tags(image)
    figure(
        "Tags: what is still in use, and what may be retired",
        found,
        None,
        [
            ("tag_usage", name)
            for name in ("verdict", "verdict_reason", "active_install_count", "covered_share")
        ],
        "catalogue.md",
    )


draw(selected())
