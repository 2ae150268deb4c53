"""Where a build keeps its staging and intermediate tables: in memory where they fit, else in a file."""

from __future__ import annotations

import duckdb

from pipeline.settings import Settings

IN_MEMORY = ":memory:"
# What these tables take in memory of one request that is read: 1 GB at 400,000 lines (docs/decisions/0010).
BYTES_PER_REQUEST = 2_500


def place(settings: Settings) -> str:
    """The database in which dbt makes them, for the plan that lies there: `:memory:` or a file's name.

    Beyond `memory_limit` they would be written out as they are. In a file they are compressed.
    """
    if not settings.plan.exists():
        return IN_MEMORY
    with duckdb.connect() as con:
        files = con.execute(
            "select file from read_parquet(?) where kind = 'read'", [str(settings.plan)]
        ).fetchall()
        counts = (
            con.execute(
                "select num_rows from parquet_file_metadata(?)", [[file for (file,) in files]]
            ).fetchall()
            if files
            else []
        )
    requests = sum(count for (count,) in counts)
    return IN_MEMORY if requests * BYTES_PER_REQUEST <= settings.memory_limit else settings.scratch.name
