"""`metrics.prom`: the state of the pipeline for Prometheus' node_exporter."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import duckdb

_METRICS = """
select
    (select max(period_start) from pulls_daily) as newest_day,
    (select max(period_start) from pulls_daily where is_final) as newest_final_day,
    (select coalesce(sum(line_count), 0) from load_ledger where not is_superseded) as lines,
    (select coalesce(sum(quarantined_count), 0) from load_ledger where not is_superseded) as quarantined
"""


def read(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """newest_day, newest_final_day, lines, quarantined."""
    found = con.execute(_METRICS).fetchone()
    names = ("newest_day", "newest_final_day", "lines", "quarantined")
    return dict(zip(names, found or (None, None, 0, 0), strict=True))


def as_prometheus(metrics: dict[str, Any], published_at: datetime) -> str:
    """The text format of Prometheus; a day that is not known yet is left out, not zero."""
    values = {
        "pullhouse_publication_timestamp_seconds": (
            "When the marts were published.",
            published_at.timestamp(),
        ),
        "pullhouse_newest_day_timestamp_seconds": (
            "The newest day with data.",
            _start_of(metrics["newest_day"]),
        ),
        "pullhouse_newest_final_day_timestamp_seconds": (
            "The newest day whose logs are all in.",
            _start_of(metrics["newest_final_day"]),
        ),
        "pullhouse_lines": ("Lines of all loaded objects.", metrics["lines"]),
        "pullhouse_quarantined_lines": ("Of them: lines that could not be read.", metrics["quarantined"]),
    }
    return "".join(
        f"# HELP {name} {text}\n# TYPE {name} gauge\n{name} {int(value)}\n"
        for name, (text, value) in values.items()
        if value is not None
    )


def _start_of(day: date | None) -> float | None:
    return None if day is None else datetime.combine(day, time(), UTC).timestamp()
