"""`make export`: what other programs read: a keep list, badges, and metrics of the pipeline itself.

Everything is read from the published marts, so it says what the pages say. Each file is replaced as a whole.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from rich.console import Console

from pipeline.lake.ledger import write_durably
from pipeline.settings import Settings
from pipeline.warehouse.marts import open_marts

SAFE = "safe to retire"
BADGE_DAYS = 30

_TAGS = """
select
    repository, tag, digest, as_of_date, last_pulled_at, pull_count, tool_look_up_count, active_install_count,
    pinned_pull_count, pinned_look_up_count, unmet_demand_count, shared_with_tags, covered_share, verdict,
    verdict_reason
from tag_usage
order by repository, tag
"""

_BADGES = f"""
with newest as (select max(period_start) as day from pulls_daily),

downloads as (
    select repository, sum(download_count) as downloads
    from pulls_daily
    where period_start > (select day - {BADGE_DAYS} from newest) and repository <> '*'
    group by repository
),

origins as (
    select *
    from uniques_between(
        (select day - {BADGE_DAYS - 1} from newest), (select day + 1 from newest)
    )
),

installs as (
    select repository, active_install_count
    from active_installs_daily
    where install_date = (select max(install_date) from active_installs_daily)
)

select
    downloads.repository,
    downloads.downloads,
    coalesce(origins.unique_origin_count, 0) as origins,
    coalesce(installs.active_install_count, 0) as installs
from downloads
left join origins using (repository)
left join installs using (repository)
order by downloads.repository
"""

_METRICS = """
select
    (select max(period_start) from pulls_daily) as newest_day,
    (select max(period_start) from pulls_daily where is_final) as newest_final_day,
    (select coalesce(sum(line_count), 0) from load_ledger where not is_superseded) as lines,
    (select coalesce(sum(quarantined_count), 0) from load_ledger where not is_superseded) as quarantined
"""


def write(settings: Settings) -> dict[str, int]:
    """Write `exports/` of the data directory; returns how many repositories and tags it tells of.

    Files: `in_use.json` (docs/exports.md has its form), `metrics.prom` for the text-file collector of
    Prometheus' node_exporter, and for shields.io `badges/<repository>/` with `_downloads.json`,
    `_origins.json` and `_installs.json`. Raises NotPublishedError when no marts are published.
    """
    with open_marts(settings) as con:
        tags, badges = con.execute(_TAGS).df(), con.execute(_BADGES).df()
        metrics = _metrics(con)
    published_at = datetime.fromtimestamp(settings.marts.stat().st_mtime, UTC)
    _write(settings.exports / "in_use.json", _as_text(in_use(tags)))
    _write(settings.exports / "metrics.prom", as_prometheus(metrics, published_at))
    for row in _rows(badges):
        # No part of a name that `ingest.paths` lets through begins with "." or "_": it leads nowhere else,
        # and no folder is in the way of a file.
        folder = settings.exports / "badges" / row["repository"]
        for name, badge in badges_of(row).items():
            _write(folder / f"_{name}.json", _as_text(badge))
    return {"repositories": len(badges), "tags": len(tags)}


def show(settings: Settings, written: dict[str, int], console: Console) -> None:
    """Say what was written, and where."""
    console.print(
        f"{settings.exports}: in_use.json ({written['tags']} tags), badges of {written['repositories']}"
        " repositories, metrics.prom"
    )


def in_use(tags: pd.DataFrame) -> dict[str, Any]:
    """The keep list: one entry a repository and tag of `tag_usage`.

    `safe` is true for what `tag_usage` calls safe to retire and for nothing else, so a program that deletes
    only what is safe keeps whatever is in use, unknown or badly covered.
    """
    repositories = [
        {
            "repository": repository,
            "covered_share": round(float(group["covered_share"].min()), 4),
            "tags": [_tag(row) for row in _rows(group)],
        }
        for repository, group in tags.groupby("repository")
    ]
    as_of = None if tags.empty else str(pd.Timestamp(tags["as_of_date"].max()).date())
    return {"schema_version": 1, "as_of": as_of, "repositories": repositories}


def _tag(row: dict[str, Any]) -> dict[str, Any]:
    counts = (
        "pull_count",
        "tool_look_up_count",
        "active_install_count",
        "pinned_pull_count",
        "pinned_look_up_count",
        "unmet_demand_count",
    )
    pulled = row["last_pulled_at"]
    return {
        "tag": row["tag"],
        "digest": None if pd.isna(row["digest"]) else row["digest"],
        "last_pulled_at": None if pd.isna(pulled) else f"{pd.Timestamp(pulled):%Y-%m-%dT%H:%M:%SZ}",
        **{name: int(row[name]) for name in counts},
        "shared_with_tags": None if pd.isna(row["shared_with_tags"]) else row["shared_with_tags"],
        "verdict": row["verdict"],
        "reason": row["verdict_reason"],
        "safe": row["verdict"] == SAFE,
    }


def badges_of(row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Name → badge in the form of shields.io's endpoint (https://shields.io/badges/endpoint-badge)."""
    texts = {
        "downloads": (f"downloads ({BADGE_DAYS} days)", row["downloads"]),
        "origins": (f"unique origins ({BADGE_DAYS} days)", row["origins"]),
        "installs": ("active installs", row["installs"]),
    }
    return {
        name: {"schemaVersion": 1, "label": label, "message": short(int(count)), "color": "blue"}
        for name, (label, count) in texts.items()
    }


def short(count: int) -> str:
    """999, 1.2k, 45k, 3.4M: rounded down, so that nothing is claimed that is not there."""
    for unit, name in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if count >= 10 * unit:
            return f"{count // unit}{name}"
        if count >= unit:
            return f"{count * 10 // unit / 10:.1f}{name}"
    return str(count)


def _metrics(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
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


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _as_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, text)
