"""The figures of the report: a chart of the page each, and where its numbers stand in the roll-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import pandas as pd

from dashboard.charts.common import measure_title
from dashboard.charts.over_time import over_time
from dashboard.charts.ranked import are_long, ranked
from dashboard.charts.stacked import stacked
from dashboard.report.rollup import DIMENSIONS, INSTALLS, Rollup

PULLS = ("download_count", "version_check_count")
INSTALL_STATES = {
    "confirmed_current_count": "on the newest: downloaded it",
    "inferred_current_count": "on the newest: looked it up",
    "stale_count": "behind",
    "unknown_count": "not known",
}
# Over time: which of the totals stand in one chart, by their names there.
LINES = {
    "pulls": {"download_count": "downloads", "unique_origin_count": "unique origins"},
    "checks": {"version_check_count": "version checks"},
}
TITLES = {
    "repository": "Images",
    "tag": "Tags",
    "client_name": "Clients",
    "country_code": "Countries",
    "cloud_provider": "Clouds",
    "platform": "Platforms",
    "environment": "Environments",
    "access_pattern": "Access patterns",
    "network_operator": "Network operators",
    "company": "Companies",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    kind: `lines` (totals over time), `parts` (parts of a whole over time) or `ranked` (values, most first).
    source: what it draws: LINES, a table of the roll-up, or `installs`. columns: those of its table, by the
    name that each has there. how: the (mart, column) pairs whose descriptions explain it.
    """

    name: str
    title: str
    kind: Literal["lines", "parts", "ranked"]
    source: str
    columns: dict[str, str]
    how: tuple[tuple[str, str], ...]
    chart: Callable[[pd.DataFrame], alt.Chart | alt.LayerChart]
    note: str = ""


def figures(rollup: Rollup) -> list[Figure]:
    """The figures in the order of the report; those without any number are left out."""
    shown = [*_over_time(rollup), *_rankings(rollup), *_others(rollup)]
    return [one for one in shown if one.source not in rollup.tables or rollup.tables[one.source]["values"]]


def spec(figure: Figure) -> dict[str, Any]:
    """The chart as Vega-Lite, without numbers: the script of the report puts those of the chosen days in.

    Drawn from rows of the same shape as those will have, by the functions that draw the page's charts.
    """
    chart: dict[str, Any] = figure.chart(_empty(figure)).properties(width="container").to_dict()
    (name,) = chart.pop("datasets")
    chart.pop("config", None)
    return chart | {"data": {"name": name}}


def _empty(figure: Figure) -> pd.DataFrame:
    if figure.kind == "lines":
        rows = [
            {"period_start": "2026-01-01", "measure": name, "value": 0, "state": "", "is_before": False}
            for name in figure.columns.values()
        ]
    elif figure.kind == "parts":
        rows = [{"period_start": "2026-01-01", "part": part, "value": 0} for part in figure.columns.values()]
    else:
        rows = [{"value": "", **dict.fromkeys(figure.columns, 0)}]
    return pd.DataFrame(rows)


def _over_time(rollup: Rollup) -> list[Figure]:
    lines = [
        Figure(
            name,
            title,
            "lines",
            name,
            LINES[name],
            tuple(("pulls_daily", column) for column in LINES[name]),
            over_time,
            note,
        )
        for name, title, note in (
            ("pulls", "Downloads and unique origins", "Unique origins of several rows must not be added up."),
            ("checks", "Version checks", "In a chart of their own: timers make many of them."),
        )
    ]
    environments = rollup.tables["environment"]["values"]
    return [
        *lines,
        Figure(
            "installs",
            "Active installs on the last day of each period",
            "parts",
            "installs",
            INSTALL_STATES,
            tuple(("active_installs_daily", column) for column in INSTALLS),
            _parts,
        ),
        Figure(
            "environments",
            "Downloads by environment",
            "parts",
            "environment",
            {value: value for value in environments},
            (("fct_pulls", "environment"), ("pulls_daily", "download_count")),
            _parts,
        ),
    ]


def _rankings(rollup: Rollup) -> list[Figure]:
    return [
        _ranking(
            rollup, name, TITLES[name], PULLS, (("fct_pulls", name), *(("pulls_daily", one) for one in PULLS))
        )
        for name in ("repository", *DIMENSIONS)
    ]


def _others(rollup: Rollup) -> list[Figure]:
    return [
        _ranking(
            rollup,
            "definition",
            "What other counters would say of the same traffic",
            ("pull_count",),
            (("pull_definitions_daily", "pull_count"), ("pull_definitions_daily", "definition_id")),
        ),
        _ranking(
            rollup,
            "unmet",
            "Asked for in vain",
            ("session_count",),
            (("unmet_demand_daily", "reason"), ("unmet_demand_daily", "session_count")),
        ),
        _ranking(
            rollup,
            "excluded",
            "Lines that are in no download and no version check",
            ("line_count",),
            (("excluded_traffic_daily", "reason"), ("excluded_traffic_daily", "line_count")),
        ),
    ]


def _ranking(
    rollup: Rollup, source: str, title: str, measures: tuple[str, ...], how: tuple[tuple[str, str], ...]
) -> Figure:
    columns = {name: measure_title(name) for name in measures}
    # The script puts the titles of definitions in the place of their ids.
    above = source == "definition" or are_long(rollup.tables[source]["values"])
    return Figure(
        f"by-{source.replace('_', '-')}",
        title,
        "ranked",
        source,
        columns,
        how,
        lambda frame: ranked(frame, "value", measures[0], names_above=above),
    )


def _parts(frame: pd.DataFrame) -> alt.Chart:
    return stacked(frame, "period_start", "part", "value")
