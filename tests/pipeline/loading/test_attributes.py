"""What is attached to a line is attached once."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from pipeline.lake.ledger import Ledger
from pipeline.settings import Settings
from tests.support.factories import Traffic
from tests.support.warehouse import load_logs


def test_one_object_may_reach_beyond_the_border_days_of_an_epoch(tmp_path: Path) -> None:
    """Contract B: ids under the previous key stand on an epoch's first 35 days only, and a line is one row.

    35 days from 1 January: 4 February is the last one.
    """
    traffic = Traffic("acme/app", "198.51.100.40")
    days = ["2025-12-31", "2026-01-01", "2026-02-04", "2026-02-05", "2026-06-01"]
    for day in days:
        traffic.manifest(f"{day} 10:00:00", "HEAD", "latest")
    log = tmp_path / "access.log"
    log.write_text("".join(json.dumps(line) + "\n" for line in traffic.lines), "utf-8")
    settings = Settings(data=tmp_path / "data", logs=str(log))
    assert load_logs(settings)["staged"] == len(days)

    [load] = Ledger(settings.loads).loads.values()
    assert load.dates == dict.fromkeys(days, 1)
    with duckdb.connect() as con:
        con.execute(
            "create table rows as select date, origin_id, previous_origin_id"
            f" from read_parquet('{settings.requests}/*/*.parquet', hive_partitioning = false)"
        )
        linked = "select cast(date as varchar) from rows where previous_origin_id is not null order by date"
        assert con.execute(linked).fetchall() == [("2026-01-01",), ("2026-02-04",)]
        [[key]] = con.execute("select origin_id from rows where date = '2025-12-31'").fetchall()
        previous = con.execute(
            "select distinct previous_origin_id from rows where date > '2025-12-31' order by 1"
        )
        assert previous.fetchall() == [(key,), (None,)]


def test_a_count_of_bytes_that_no_response_has_is_unknown(tmp_path: Path) -> None:
    """A time in microseconds in the wrong field: ten of the longest would be more than a sum can hold."""
    counts = [0, 999_999_999_999, 1_000_000_000_000, 1_000_000_000_001, 10**18 - 1]
    traffic = Traffic("acme/app", "198.51.100.40")
    for second in range(len(counts)):
        traffic.manifest(f"2026-01-01 10:00:0{second}", "HEAD", "latest")
    lines = [
        line | {"body_bytes_sent": str(count)} for line, count in zip(traffic.lines, counts, strict=True)
    ]
    log = tmp_path / "access.log"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    settings = Settings(data=tmp_path / "data", logs=str(log))
    assert load_logs(settings)["staged"] == len(counts)
    with duckdb.connect() as con:
        rows = con.execute(
            f"select bytes_sent from read_parquet('{settings.requests}/*/*.parquet') order by line_number"
        ).fetchall()
    assert [count for (count,) in rows] == [*counts[:3], None, None]
