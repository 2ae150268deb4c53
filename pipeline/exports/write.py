"""`make export`: write `exports/` of the data directory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
from rich.console import Console

from pipeline.exports import badges, docker, in_use, marts_as_parquet, metrics, public
from pipeline.exports.files import rows, write_csv, write_json, write_text
from pipeline.settings import Settings
from pipeline.warehouse.marts import open_marts


def write(settings: Settings) -> dict[str, int]:
    """Write every file of docs/exports.md anew; returns how many repositories and tags are in them.

    All of them say what the pages say. Raises NotPublishedError when no marts are published.
    """
    folder = settings.exports
    with open_marts(settings) as con:
        tags = con.execute(in_use.TAGS).df()
        write_json(folder / "in_use.json", in_use.in_use(tags))
        published_at = datetime.fromtimestamp(settings.marts.stat().st_mtime, UTC)
        write_text(folder / "metrics.prom", metrics.as_prometheus(metrics.read(con), published_at))
        repositories = _write_badges(con, folder / "badges")
        write_csv(folder / "public" / "pulls_weekly.csv", con.execute(public.pulls_weekly()).df())
        for name, frame in docker.read(con).items():
            write_csv(folder / "docker" / f"{name}.csv", frame)
        if settings.marts_as_parquet:
            marts_as_parquet.write(con, settings.parquet, published_at)
        else:
            marts_as_parquet.remove(settings.parquet)
    return {"repositories": repositories, "tags": len(tags)}


def write_after_publication(settings: Settings) -> str:
    """What the last task of a build writes: the report, then every export; returns the path of the report.

    Raises NotPublishedError when no marts are published.
    """
    from dashboard.report.write import write as write_report

    page = write_report(settings)
    write(settings)
    return str(page)


def show(settings: Settings, written: dict[str, int], console: Console) -> None:
    """Say what was written, and where."""
    console.print(
        f"{settings.exports}: in_use.json ({written['tags']} tags), badges of {written['repositories']}"
        " repositories, metrics.prom, public/pulls_weekly.csv, docker/summary.csv, docker/trends.csv"
    )


def _write_badges(con: duckdb.DuckDBPyConnection, folder: Path) -> int:
    found = rows(con.execute(badges.BADGES).df())
    for row in found:
        # No part of a name that `ingest.paths` lets through begins with "." or "_": it leads nowhere else,
        # and no folder is in the way of a file.
        place = folder / row["repository"]
        for name, badge in badges.badges_of(row).items():
            write_json(place / f"_{name}.json", badge)
            write_text(place / f"_{name}.svg", badges.as_svg(badge))
    return len(found)
