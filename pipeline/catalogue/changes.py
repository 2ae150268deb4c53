"""Which days the catalogue's new files make dirty (law 3): those whose requests name what they describe."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from pipeline.lake.ledger import Ledger
from pipeline.settings import Settings

_DIGESTS = "select digest from read_parquet($files)"
# A manifest tells the kind of its blobs, their indexes, and whether these have a child. Of what
# is described anew, all that any file says counts.
_TOUCHED = """
    select unnest([digest, config] || coalesce(layers, []) || coalesce(parents, [])) as digest
    from read_parquet($files, union_by_name = true)
    where digest in (select digest from described)
"""
_CHANGED = """
    create table changed as
    select digest from touched where digest is not null
    union
    (select digest from failed except select digest from failed_before)
"""
_DAYS = """
    select distinct date
    from read_parquet($files, hive_partitioning = false, union_by_name = true)
    where
        request_kind in ('manifest', 'blob')
        and (reference in (select digest from changed) or response_digest in (select digest from changed))
"""


def files(settings: Settings) -> list[str]:
    """The catalogue's files below `catalogue/`; they are append-only, and named by what they hold."""
    root = settings.manifests.parent
    return sorted(str(path.relative_to(root)) for path in root.glob("*/*.parquet"))


def dirty_days(settings: Settings, ledger: Ledger, published: list[str]) -> set[date]:
    """The days of the lake whose requests name a digest that the published catalogue described otherwise.

    `published`: what `files` said then, a part of what it says now. Another failure of a digest that had
    failed before changes nothing. New tags belong to no day: they make the last one dirty, so that there is a
    build to take them in.
    """
    new = sorted(set(files(settings)) - set(published))
    lake_files = [str(settings.lake / file) for load in ledger.current for file in load.files]
    if not new or not lake_files:
        return set()
    with duckdb.connect() as con:
        _collect(con, "described", _DIGESTS, _paths(settings, new, settings.manifests))
        _collect(con, "touched", _TOUCHED, _paths(settings, files(settings), settings.manifests))
        _collect(con, "failed", _DIGESTS, _paths(settings, new, settings.failures))
        _collect(con, "failed_before", _DIGESTS, _paths(settings, published, settings.failures))
        con.execute(_CHANGED)
        found = con.execute(_DAYS, {"files": lake_files}).fetchall()
    has_new_tags = bool(_paths(settings, new, settings.tags))
    loaded = (date.fromisoformat(day) for load in ledger.current for day in load.dates)
    return {day for (day,) in found} | ({max(loaded)} if has_new_tags else set())


def _collect(con: duckdb.DuckDBPyConnection, table: str, query: str, paths: list[str]) -> None:
    """A table of digests from these files, if there are any."""
    con.execute(f"create table {table} (digest varchar)")
    if paths:
        con.execute(f"insert into {table} {query}", {"files": paths})


def _paths(settings: Settings, names: list[str], directory: Path) -> list[str]:
    root = settings.manifests.parent
    return [str(root / name) for name in names if (root / name).parent == directory]
