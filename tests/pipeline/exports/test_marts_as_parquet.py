"""The marts as Parquet by year: what a publication replaces, and what it leaves alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.exports import marts_as_parquet

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAYS_2025 = "days/year=2025/data.parquet"
DAYS_2026 = "days/year=2026/data.parquet"
DAYS_WITHOUT = "days/year=__HIVE_DEFAULT_PARTITION__/data.parquet"
NAMES = "names/data.parquet"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two marts: `days` of 2025, 2026 and no date; `names`, which has no date at all."""
    with duckdb.connect() as con:
        con.execute("create table days (name varchar, day date, other_day date, pulls bigint)")
        con.execute(
            "insert into days values ('a', '2025-12-31', '2026-01-01', 1), ('b', '2026-01-01', null, 2),"
            " ('c', '2026-07-01', null, 3), ('d', null, '2026-01-01', 4)"
        )
        con.execute("create table names (name varchar)")
        con.execute("insert into names values ('a'), ('a'), (null)")
        yield con


def written(con: duckdb.DuckDBPyConnection, folder: Path) -> set[str]:
    return set(marts_as_parquet.write(con, folder, AT))


def manifest(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return document


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*.parquet")}


def test_each_year_is_a_file_and_all_rows_are_there(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert written(con, tmp_path) == {DAYS_2025, DAYS_2026, DAYS_WITHOUT, NAMES} == files(tmp_path)
    parts = f"read_parquet('{tmp_path}/days/*/*.parquet', hive_partitioning = true)"
    query = f"select year, name, day, other_day, pulls from {parts} order by name"
    assert con.execute(query).fetchall() == [
        (2025, "a", date(2025, 12, 31), date(2026, 1, 1), 1),
        (2026, "b", date(2026, 1, 1), None, 2),
        (2026, "c", date(2026, 7, 1), None, 3),
        (None, "d", None, date(2026, 1, 1), 4),
    ]
    names = con.execute(f"from '{tmp_path / NAMES}' order by all").fetchall()
    assert names == [("a",), ("a",), (None,)]


def test_the_manifest_says_what_there_is(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written(con, tmp_path)
    said = manifest(tmp_path)
    assert said["published_at"] == "2026-03-04T12:00:00+00:00"
    assert said["marts"]["days"]["year_of"] == "day"
    assert said["marts"]["names"]["year_of"] is None
    assert said["marts"]["names"]["columns"] == [{"name": "name", "type": "VARCHAR"}]
    counts = {part["path"]: part["row_count"] for mart in said["marts"].values() for part in mart["files"]}
    assert counts == {DAYS_2025: 1, DAYS_2026: 2, DAYS_WITHOUT: 1, NAMES: 3}


def test_only_a_year_that_changed_is_replaced(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written(con, tmp_path)
    before = (tmp_path / DAYS_2025).stat().st_mtime_ns
    assert written(con, tmp_path) == set()
    con.execute("update days set pulls = 5 where name = 'c'")
    assert written(con, tmp_path) == {DAYS_2026}
    assert (tmp_path / DAYS_2025).stat().st_mtime_ns == before
    assert con.execute(f"select sum(pulls) from '{tmp_path / DAYS_2026}'").fetchall() == [(7,)]


def test_rows_that_swap_their_values_are_a_change(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Sums of columns would not see it."""
    written(con, tmp_path)
    con.execute("update days set pulls = 5 - pulls where year(day) = 2026")
    assert written(con, tmp_path) == {DAYS_2026}


def test_a_column_of_another_name_is_a_change(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written(con, tmp_path)
    con.execute("alter table names rename name to called")
    assert written(con, tmp_path) == {NAMES}


def test_what_is_in_no_mart_any_more_goes(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written(con, tmp_path)
    (tmp_path / "pull_requests").mkdir()
    con.execute("delete from days where year(day) = 2025; drop table names")
    assert written(con, tmp_path) == set()
    assert files(tmp_path) == {DAYS_2026, DAYS_WITHOUT}
    assert {path.name for path in tmp_path.iterdir()} == {"days", "manifest.json", "pull_requests"}


def test_a_file_that_somebody_deleted_comes_back(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written(con, tmp_path)
    (tmp_path / DAYS_2025).unlink()
    assert written(con, tmp_path) == {DAYS_2025}


def test_a_run_killed_in_between_is_repeated(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the manifest: the next run writes again what the manifest does not name."""
    written(con, tmp_path)
    con.execute("update days set pulls = 6 where name = 'a'")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(marts_as_parquet, "write_json", killed)
        with pytest.raises(KeyboardInterrupt):
            written(con, tmp_path)
    assert written(con, tmp_path) == {DAYS_2025}
    assert con.execute(f"select pulls from '{tmp_path / DAYS_2025}'").fetchall() == [(6,)]


def test_switched_off_nothing_stays_that_is_not_replaced(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    (tmp_path / "pull_requests").mkdir(parents=True)
    written(con, tmp_path)
    marts_as_parquet.remove(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["pull_requests"]
    marts_as_parquet.remove(tmp_path)
