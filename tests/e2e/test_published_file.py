"""The file that people read, opened as their tools open it: by itself, or attached under some name."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.factories import Traffic
from tests.layouts import write
from tests.warehouse import make

# Of two addresses, each on one day: by hand.
DOWNLOADS, ORIGINS = 2, 2
UNIQUES = "uniques_between('2026-05-04', '2026-05-06'{})"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is published of two downloads."""
    folder = tmp_path_factory.mktemp("published-file")
    lines = []
    for address, day in (("192.0.2.1", 4), ("192.0.2.2", 5)):
        traffic = Traffic("acme/app", address)
        traffic.cold_pull(datetime(2026, 5, day, 10, tzinfo=UTC), "1.0")
        lines += traffic.lines
    write(lines, folder / "logs" / "access.jsonl")
    return make(folder / "data", folder / "logs").settings.marts


@pytest.fixture
def session() -> duckdb.DuckDBPyConnection:
    """A new session, as of the command line without a file: nothing is attached or in use."""
    return duckdb.connect()


def downloads(con: duckdb.DuckDBPyConnection, schema: str) -> int:
    query = f"select cast(sum(download_count) as integer) from {schema}.pulls_yearly where repository = '*'"
    return int(con.execute(query).fetchall()[0][0])


def origins(con: duckdb.DuckDBPyConnection, schema: str, database: str = "") -> int:
    uniques = UNIQUES.format(f", database := '{database}'" if database else "")
    query = f"select unique_origin_count from {schema}.{uniques} where repository = 'acme/app'"
    return int(con.execute(query).fetchall()[0][0])


@pytest.mark.parametrize("name", ["pullhouse.duckdb", "pullhouse-2026.duckdb"])
def test_it_can_be_opened_by_itself_and_as_a_copy(file: Path, tmp_path: Path, name: str) -> None:
    shutil.copy(file, tmp_path / name)
    with duckdb.connect(str(tmp_path / name), read_only=True) as con:
        assert con.execute("select sum(download_count) from marts.fct_pulls").fetchall() == [(DOWNLOADS,)]
        assert (downloads(con, "marts"), origins(con, "marts")) == (DOWNLOADS, ORIGINS)


def test_a_file_named_as_its_schema_is_what_must_not_be(file: Path, tmp_path: Path) -> None:
    """The planted defect: the name that it had. Every `marts.x` is then ambiguous."""
    shutil.copy(file, tmp_path / "marts.duckdb")
    con = duckdb.connect(str(tmp_path / "marts.duckdb"), read_only=True)
    with con, pytest.raises(duckdb.Error, match=r"[Aa]mbiguous"):
        downloads(con, "marts")


def test_attached_it_needs_no_use(file: Path, session: duckdb.DuckDBPyConnection) -> None:
    session.execute(f"attach '{file}' (read_only)")
    assert (downloads(session, "pullhouse.marts"), origins(session, "pullhouse.marts")) == (
        DOWNLOADS,
        ORIGINS,
    )


@pytest.mark.parametrize("alias", ["pulls", "of last year", 'a "b"'])
def test_attached_under_any_other_name(file: Path, session: duckdb.DuckDBPyConnection, alias: str) -> None:
    """Two files can be compared; beside tables of one's own too, where another database is in use."""
    quoted = '"' + alias.replace('"', '""') + '"'
    session.execute(f"attach '{file}' as {quoted} (read_only)")
    session.execute("attach ':memory:' as own")
    session.execute("use own")
    found = downloads(session, f"{quoted}.marts"), origins(session, f"{quoted}.marts", alias)
    assert found == (DOWNLOADS, ORIGINS)
    session.execute(f"use {quoted}.marts")
    assert session.execute(f"select max(unique_origin_count) from {UNIQUES.format('')}").fetchall() == [
        (ORIGINS,)
    ]
