"""The file that people read, opened as their tools open it: by itself, or attached under some name."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.warehouse import comments
from tests.support.factories import Traffic
from tests.support.layouts import write
from tests.support.warehouse import make

GRAINS = ("daily", "weekly", "monthly", "yearly")
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


def test_schema_marts_is_what_people_read(file: Path, repo_root: Path) -> None:
    """The README explains all of it; what a mart is made from lies in schema `base`."""
    with duckdb.connect(str(file), read_only=True) as con:
        tables = con.execute("select table_schema, table_name from information_schema.tables").fetchall()
    base = {name for schema, name in tables if schema == "base"}
    marts = {name for schema, name in tables if schema == "marts"}
    assert len(base) + len(marts) == len(tables)
    assert base == {name for _, name in tables if name.endswith("_base")} != set()
    explained = set(re.findall(r"`(\w+)`", (repo_root / "README.md").read_text("utf-8")))
    periods = {f"pulls_{grain}{kind}" for grain in GRAINS for kind in ("", "_by_dimension")}
    assert marts - explained - periods == set()


WITHOUT_COMMENT = """
    select relation from (
        select table_name as relation, comment from duckdb_tables()
        union all
        select view_name, comment from duckdb_views() where not internal
        union all
        select table_name || '.' || column_name, comment from duckdb_columns() where not internal
    )
    where coalesce(trim(comment), '') = ''
"""


def test_every_relation_and_column_has_its_comment(file: Path) -> None:
    with duckdb.connect(str(file), read_only=True) as con:
        assert con.execute(WITHOUT_COMMENT).fetchall() == []
        said = con.execute(
            "select comment from duckdb_columns()"
            " where (table_name, column_name) = ('pulls_daily', 'pull_count')"
        ).fetchall()
    assert said == [("download_count + version_check_count",)]


def test_what_lost_its_comment_is_found_and_gets_it_again(file: Path, tmp_path: Path) -> None:
    """The planted defect: a table and a view as dbt makes them anew."""
    shutil.copy(file, tmp_path / "copy.duckdb")
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as con:
        con.execute("comment on view marts.fct_pulls is null")
        con.execute("comment on column marts.dim_dates.date_day is ''")
        assert sorted(con.execute(WITHOUT_COMMENT).fetchall()) == [("dim_dates.date_day",), ("fct_pulls",)]
    comments.write(tmp_path / "copy.duckdb", file.parent / "dbt" / "target" / "manifest.json")
    with duckdb.connect(str(tmp_path / "copy.duckdb")) as con:
        assert con.execute(WITHOUT_COMMENT).fetchall() == []


# For the DuckDB that `make setup-dev` installs beside ours: every row of every mart, and a question.
OLD_READER = f"""
import json, sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
marts = con.execute(
    "select table_name from information_schema.tables where table_schema = 'marts'"
).fetchall()
rows = {{name: len(con.execute(f'select * from marts."{{name}}"').fetchall()) for (name,) in marts}}
uniques = con.execute("select max(unique_origin_count) from marts.{UNIQUES.format("")}").fetchall()
print(json.dumps([duckdb.__version__, rows, uniques]))
"""


def read_by_old_duckdb(repo_root: Path, file: Path) -> list[Any]:
    """Its version, the rows of each mart, the answer; raises CalledProcessError where it cannot read them."""
    python = repo_root / ".venv-duckdb-1.4" / "bin" / "python"
    assert python.exists(), "DuckDB 1.4 is not installed: make setup-dev"
    done = subprocess.run(
        [python, "-c", OLD_READER, file], check=True, capture_output=True, text=True, cwd=file.parent
    )
    return list(json.loads(done.stdout))


def storage_version(file: Path) -> int:
    """The form of a file: a number of eight bytes after the checksum and `DUCK`."""
    return int.from_bytes(file.read_bytes()[12:20], "little")


def test_duckdb_1_4_reads_every_mart(file: Path, repo_root: Path) -> None:
    version, rows, uniques = read_by_old_duckdb(repo_root, file)
    assert version.startswith("1.4.")
    with duckdb.connect(str(file), read_only=True) as con:
        assert rows == {
            name: con.execute(f'select count(*) from marts."{name}"').fetchall()[0][0] for name in rows
        }
    assert (rows["fct_pulls"], uniques) == (DOWNLOADS, [[ORIGINS]])
    assert storage_version(file) == 67


def test_a_file_of_the_usual_form_is_refused_by_it(file: Path, repo_root: Path, tmp_path: Path) -> None:
    """The planted defect: a database as our DuckDB makes it unless it is told otherwise."""
    with duckdb.connect(str(tmp_path / "usual.duckdb")) as con:
        con.execute("create schema marts")
    assert storage_version(tmp_path / "usual.duckdb") > storage_version(file)
    with pytest.raises(subprocess.CalledProcessError) as caught:
        read_by_old_duckdb(repo_root, tmp_path / "usual.duckdb")
    assert "can only read versions between" in caught.value.stderr


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
