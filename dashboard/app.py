"""The entry of the page: `make dashboard` starts it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.frame import show

PAGES = {
    "overview": "Overview",
    "breakdown": "Breakdown",
    "versions": "Versions",
    "usage": "Usage",
    "inflation": "Inflation",
    "networks": "Companies and networks",
    "unmet": "Unmet demand",
    "trends": "Cohorts, anomalies and events",
    "quality": "Data quality",
}

st.set_page_config(page_title="Pullhouse", layout="wide")
folder = Path(__file__).with_name("views")
chosen = st.navigation(
    [
        st.Page(folder / f"{name}.py", title=title, url_path=name, default=name == "overview")
        for name, title in PAGES.items()
    ],
    expanded=True,
)
show(chosen)
