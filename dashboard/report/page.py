"""The HTML file: our template, the roll-up, the charts, and the script that draws them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard import attribution
from dashboard.descriptions import definitions
from dashboard.report.figures import Figure, figures, spec
from dashboard.report.rollup import Rollup

HERE = Path(__file__).parent
HEADLINE = {
    "download_count": "Downloads",
    "unique_origin_count": "Unique origins",
    "version_check_count": "Version checks",
    "pull_count": "Pull operations",
}


def page(con: duckdb.DuckDBPyConnection, rollup: Rollup | None, published_at: datetime) -> str:
    """The report as one HTML document that asks nobody for anything.

    Whatever clients wrote stands in it as JSON only, and the script shows it as text. The descriptions come
    from the published file (`con`), which carries them as comments.
    """
    shown = [] if rollup is None else figures(rollup)
    described = _descriptions(con)
    template = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    ).get_template("report.html.jinja")
    return template.render(
        figures=[(one, _explained(one, described)) for one in shown],
        headline=[(name, label, described["pulls_daily", name]) for name, label in HEADLINE.items()],
        # What is older than the newest so many periods is not in the file: None where all are.
        most_periods=len(rollup.periods) if rollup is not None and rollup.is_cut else None,
        grain=None if rollup is None else rollup.grain,
        published_at=f"{published_at:%Y-%m-%d %H:%M} UTC",
        data=None if rollup is None else as_script_data(_data(rollup, shown)),
        style=(HERE / "report.css").read_text(encoding="utf-8"),
        script=(HERE / "report.js").read_text(encoding="utf-8"),
        vega=(HERE / "vega.js").read_text(encoding="utf-8"),
        attribution=attribution,
    )


def as_script_data(content: dict[str, Any]) -> str:
    """JSON that may stand in a <script>: no character of it can end the element or begin a comment."""
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _data(rollup: Rollup, shown: list[Figure]) -> dict[str, Any]:
    known = definitions()
    return asdict(rollup) | {
        "figures": [
            {
                "name": one.name,
                "title": one.title,
                "kind": one.kind,
                "source": one.source,
                "columns": one.columns,
                "spec": spec(one),
            }
            for one in shown
        ],
        "definitions": {name: one.title for name, one in known.items()},
    }


def _descriptions(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    found = con.execute(
        "select table_name, column_name, coalesce(comment, '') from duckdb_columns()"
        " where database_name = 'pullhouse' and schema_name = 'marts'"
    ).fetchall()
    return {(mart, column): comment for mart, column, comment in found}


def _explained(figure: Figure, described: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    return [(column, described.get((mart, column), "")) for mart, column in figure.how]
