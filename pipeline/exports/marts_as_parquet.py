"""The marts as Parquet, one file for each year of a mart: for tools that cannot read DuckDB's own file.

`parquet/<mart>/year=2026/data.parquet`, and `parquet/manifest.json` with what there is (docs/connect.md). The
year is that of the mart's first column of type DATE; a mart without one is one file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipeline.exports.files import write_json
from pipeline.lake import parquet
from pipeline.process.resources import full_disk_errors
from pipeline.warehouse.marts import rows

MANIFEST = "manifest.json"
FILE = "data.parquet"
# As Hive, Spark and DuckDB write it where the value is null.
NO_YEAR = "__HIVE_DEFAULT_PARTITION__"
COLUMNS = """
select table_name, column_name, data_type
from duckdb_columns()
where database_name = current_database() and schema_name = current_schema()
order by table_name, column_index
"""


@dataclass(frozen=True, slots=True)
class Mart:
    """A mart's columns (name, type) in their order, and the one whose year a row is filed under."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def year_of(self) -> str | None:
        """The first column of type DATE; None where there is none."""
        return next((name for name, kind in self.columns if kind == "DATE"), None)

    @property
    def year(self) -> str:
        """An SQL expression: the year of a row."""
        return f"year({self.year_of})" if self.year_of else "cast(null as bigint)"

    def path(self, year: int | None) -> str:
        """The file of a year, relative to the folder of the manifest."""
        if not self.year_of:
            return f"{self.name}/{FILE}"
        return f"{self.name}/year={NO_YEAR if year is None else year}/{FILE}"


@dataclass(frozen=True, slots=True)
class Part:
    """One file: `fingerprint` is the sum of its rows' hashes, by which a reader knows that it changed."""

    path: str
    year: int | None
    row_count: int
    fingerprint: str


def write(con: duckdb.DuckDBPyConnection, folder: Path, published_at: datetime) -> list[str]:
    """Bring the files in `folder` to what the marts in `con` are; returns the paths that were replaced.

    A year that did not change keeps its file. Each file is replaced by a rename, then the manifest, then what
    is in no mart any more goes. `con` as `open_marts` gives it. Raises ResourceError when the disk is full.
    """
    before = _manifest(folder)
    entries: dict[str, Any] = {}
    replaced = []
    for mart in _marts(con):
        known = before.get(mart.name, {})
        columns = [{"name": name, "type": kind} for name, kind in mart.columns]
        parts = [asdict(part) for part in _parts(con, mart)]
        kept = known.get("files", []) if known.get("columns") == columns else []
        for part in parts:
            if part not in kept or not (folder / part["path"]).exists():
                _write_part(con, mart, part["year"], folder / part["path"])
                replaced.append(part["path"])
        entries[mart.name] = {"year_of": mart.year_of, "columns": columns, "files": parts}
    write_json(
        folder / MANIFEST,
        {"schema_version": 1, "published_at": published_at.isoformat(), "marts": entries},
    )
    _remove(folder, _paths(before) - _paths(entries))
    return replaced


def remove(folder: Path) -> None:
    """Remove what `write` wrote: files that nobody replaces any more would go on to be read."""
    paths = _paths(_manifest(folder))
    (folder / MANIFEST).unlink(missing_ok=True)
    _remove(folder, paths)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.exists():
        return {}
    marts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["marts"]
    return marts


def _paths(marts: dict[str, Any]) -> set[str]:
    return {part["path"] for entry in marts.values() for part in entry["files"]}


def _marts(con: duckdb.DuckDBPyConnection) -> list[Mart]:
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, name, kind in rows(con, COLUMNS):
        columns.setdefault(table, []).append((name, kind))
    return [Mart(name, tuple(found)) for name, found in columns.items()]


def _parts(con: duckdb.DuckDBPyConnection, mart: Mart) -> list[Part]:
    query = (
        f"select {mart.year} as year, count(*), sum(cast(hash(mart) as hugeint)) from {mart.name} as mart"
        " group by 1 order by 1"
    )
    return [Part(mart.path(year), year, count, str(total)) for year, count, total in rows(con, query)]


def _write_part(con: duckdb.DuckDBPyConnection, mart: Mart, year: int | None, target: Path) -> None:
    wanted = "null" if year is None else str(year)
    with full_disk_errors(target):
        parquet.write_parquet(
            con, f"from {mart.name} where {mart.year} is not distinct from {wanted}", target
        )


def _remove(folder: Path, paths: set[str]) -> None:
    for path in paths:
        target = folder / path
        target.unlink(missing_ok=True)
        for parent in (target.parent, target.parent.parent):
            if parent != folder and parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()
