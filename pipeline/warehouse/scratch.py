"""Where a build keeps its staging and intermediate tables: in memory where they fit, else in a file."""

from __future__ import annotations

from pyarrow import parquet

from pipeline.settings import Settings
from pipeline.warehouse import plan

IN_MEMORY = ":memory:"
# What these tables take in memory of one request that is read: 1 GB at 400,000 lines (docs/decisions/0010).
BYTES_PER_REQUEST = 2_500


def place(settings: Settings) -> str:
    """The database in which dbt makes them, for the plan that lies there: `:memory:` or a file's name.

    Beyond `memory_limit` they would be written out as they are. In a file they are compressed.
    """
    requests = sum(parquet.read_metadata(file).num_rows for file in plan.files_to_read(settings))
    return IN_MEMORY if requests * BYTES_PER_REQUEST <= settings.memory_limit else settings.scratch.name
