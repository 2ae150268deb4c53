"""What is attached to a line is attached once."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from pipeline.lake.ledger import Ledger
from pipeline.loading import attributes
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
        line | {"bytes_sent": str(count), "body_bytes_sent": str(count)}
        for line, count in zip(traffic.lines, counts, strict=True)
    ]
    log = tmp_path / "access.log"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    settings = Settings(data=tmp_path / "data", logs=str(log))
    assert load_logs(settings)["staged"] == len(counts)
    with duckdb.connect() as con:
        rows = con.execute(
            "select bytes_sent, body_bytes_sent"
            f" from read_parquet('{settings.requests}/*/*.parquet') order by line_number"
        ).fetchall()
    assert rows == [(count, count) for count in [*counts[:3], None, None]]


def test_bytes_with_and_without_headers_are_kept_apart(tmp_path: Path) -> None:
    """A log may know both, one of the two, or neither; the lake says what the log said."""
    logged: list[dict[str, str]] = [
        {"bytes_sent": "940", "body_bytes_sent": "500"},
        {"body_bytes_sent": "500"},
        {"bytes_sent": "940"},
        {},
    ]
    traffic = Traffic("acme/app", "198.51.100.40")
    for second in range(len(logged)):
        traffic.manifest(f"2026-01-01 10:00:0{second}", "GET", "latest")
    lines = []
    for line, sizes in zip(traffic.lines, logged, strict=True):
        del line["body_bytes_sent"]
        lines.append(line | sizes)
    log = tmp_path / "access.log"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    settings = Settings(data=tmp_path / "data", logs=str(log))
    assert load_logs(settings)["staged"] == len(logged)
    with duckdb.connect() as con:
        rows = con.execute(
            "select bytes_sent, body_bytes_sent"
            f" from read_parquet('{settings.requests}/*/*.parquet') order by line_number"
        ).fetchall()
    assert rows == [(940, 500), (None, 500), (940, None), (None, None)]


def test_an_answer_that_is_shorter_than_announced_is_not_complete(tmp_path: Path) -> None:
    """As nginx logged it when the registry behind it was killed: the completion says OK."""
    asked = [
        ("GET", "200", "8002563", "302411", False),
        ("GET", "206", "7700152", "7700152", True),
        ("GET", "200", "8002563", "8002563", True),
        ("HEAD", "200", "8002563", "0", True),
        ("GET", "304", "1600", "0", True),
    ]
    traffic = Traffic("acme/app", "198.51.100.40")
    for second in range(len(asked)):
        traffic.manifest(f"2026-01-01 10:00:0{second}", "HEAD", "latest")
    lines = [
        line | {"method": method, "status": status, "resp_content_length": size, "body_bytes_sent": sent}
        for line, (method, status, size, sent, _) in zip(traffic.lines, asked, strict=True)
    ]
    log = tmp_path / "access.log"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    settings = Settings(data=tmp_path / "data", logs=str(log))
    assert load_logs(settings)["staged"] == len(asked)
    with duckdb.connect() as con:
        rows = con.execute(
            f"select is_complete from read_parquet('{settings.requests}/*/*.parquet') order by line_number"
        ).fetchall()
    assert [is_complete for (is_complete,) in rows] == [whole for *_, whole in asked]


@pytest.mark.parametrize("chunk_rows", [100_000, 2])
def test_rows_lie_in_the_order_of_time_and_keep_their_own_attributes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk_rows: int
) -> None:
    """Lines in another order, each of a client of its own; also where keys are looked at in chunks."""
    monkeypatch.setattr(attributes, "CHUNK_ROWS", chunk_rows)
    seconds = [(17 * number) % 40 for number in range(40)]
    lines = []
    for second in seconds:
        traffic = Traffic(f"acme/app{second}", f"198.51.100.{second}")
        traffic.manifest(f"2026-01-01 10:00:{second:02}", "HEAD", f"v{second}")
        lines += traffic.lines
    log = tmp_path / "access.log"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    settings = Settings(data=tmp_path / "data", logs=str(log))
    load_logs(settings)
    with duckdb.connect() as con:
        rows = con.execute(
            "select repository, reference, line_number, origin_id"
            f" from read_parquet('{settings.requests}/*/*.parquet', file_row_number = true)"
            " order by file_row_number"
        ).fetchall()
    assert [row[:2] for row in rows] == [(f"acme/app{second}", f"v{second}") for second in range(40)]
    assert [row[2] for row in rows] == [seconds.index(second) + 1 for second in range(40)]
    assert len({row[3] for row in rows}) == 40
