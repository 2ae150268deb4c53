"""Where a build keeps its intermediate tables: in memory up to `memory_limit`."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from pydantic import ByteSize

from pipeline.settings import Settings
from pipeline.warehouse import scratch


@pytest.mark.parametrize(("requests", "expected"), [(400, ":memory:"), (401, "scratch.duckdb")])
def test_what_does_not_fit_into_memory_goes_to_a_file(
    requests: int, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 GB holds 400 requests of 2.5 MB. They lie in two files that the plan reads; a third is not read."""
    monkeypatch.setattr(scratch, "BYTES_PER_REQUEST", 2_500_000)
    settings = Settings(data=tmp_path, memory_limit=ByteSize(1_000_000_000))
    counts = {"read-1": 300, "read-2": requests - 300, "not-read": 1_000}
    with duckdb.connect() as con:
        for name, count in counts.items():
            con.execute(f"copy (from range({count})) to '{tmp_path / name}.parquet' (format parquet)")
        con.execute("create table plan (kind varchar, file varchar)")
        rows = [[name.split("-")[0], str(tmp_path / f"{name}.parquet")] for name in counts]
        con.executemany("insert into plan values (?, ?)", rows)
        con.execute(f"copy plan to '{settings.plan}' (format parquet)")
    assert scratch.place(settings) == expected


def test_a_plan_that_reads_nothing_needs_no_file(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert scratch.place(settings) == scratch.IN_MEMORY
    duckdb.execute(
        f"copy (select 'day' as kind, null::varchar as file) to '{settings.plan}' (format parquet)"
    )
    assert scratch.place(settings) == scratch.IN_MEMORY
