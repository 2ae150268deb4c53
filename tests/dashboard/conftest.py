"""The sample's marts, built once; each test looks at a copy that it may change."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

import samples
from pipeline.settings import Settings
from tests.support.warehouse import make

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "dashboard" / "app.py"
FIRST, LAST = date(2026, 9, 21), date(2026, 11, 15)


@dataclass(frozen=True)
class Published:
    """A published file of a test's own."""

    path: Path

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query, read without the dashboard."""
        with duckdb.connect() as con:
            con.execute(f"attach '{self.path}' as truth (read_only)")
            con.execute("use truth.marts")
            return con.execute(sql, list(parameters)).fetchall()

    def change(self, *statements: str) -> None:
        """Change the file by hand, and put the changed copy in its place as a publication would."""
        copy = self.path.with_suffix(".new")
        shutil.copyfile(self.path, copy)
        with duckdb.connect() as con:
            con.execute(f"attach '{copy}' as changed")
            for statement in statements:
                con.execute(statement)
        copy.replace(self.path)

    def change_table(self, name: str, statement: str) -> None:
        """The same for one table: `{table}` in the statement is its full name."""
        self.change(statement.replace("{table}", self._tables()[name]))

    def drop(self, name: str) -> None:
        """Take a table or view away, as a file of an older version lacks it."""
        kind = "table" if name in self._tables() else "view"
        self.change(f"drop {kind} changed.marts.{name} cascade")

    def keep_one_day(self, day: str) -> None:
        """Delete what tables of days know of any other day."""
        dated = self.rows(
            "select table_name, column_name from information_schema.columns where table_catalog = 'truth' and"
            " column_name in ('pull_date', 'quality_date', 'demand_date', 'install_date', 'adoption_date',"
            " 'excluded_on', 'pattern_date') or (column_name = 'period_start' and table_name like '%daily%')"
        )
        tables = self._tables()
        self.change(
            *(
                f"delete from {tables[table]} where {column} <> date '{day}'"
                for table, column in dated
                if table in tables
            )
        )

    def _tables(self) -> dict[str, str]:
        """Base tables by name; in which schema one lies is the build's affair."""
        found = self.rows(
            "select table_name, table_schema from information_schema.tables"
            " where table_catalog = 'truth' and table_type = 'BASE TABLE'"
        )
        return {name: f"changed.{schema}.{name}" for name, schema in found}


@pytest.fixture(scope="session")
def sample_marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published file of the bundled sample."""
    # All cores share it: the temporary folder of a core lies in that of the run.
    is_core = "PYTEST_XDIST_WORKER" in os.environ
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if is_core else base) / "dashboard-sample"
    with FileLock(f"{folder}.lock"):
        done = folder / "marts"
        if not done.exists():
            info = samples.write(folder / "sample")
            made = make(folder / "data", info.logs, info.catalogue, events=info.events).settings.marts
            done.symlink_to(made)
        return done


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An empty data directory, in use."""
    for name in [name for name in os.environ if name.startswith("PULLHOUSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULLHOUSE_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return Settings(data=tmp_path / "data")


@pytest.fixture
def marts(data: Settings, sample_marts: Path) -> Published:
    """The sample, published in the data directory in use."""
    shutil.copyfile(sample_marts, data.marts)
    return Published(data.marts)


Open = Callable[..., AppTest]


@pytest.fixture
def open_page(data: Settings) -> Open:
    """open_page("versions", repository="acme/app"): the page at this address, drawn without a browser."""

    def opened(name: str = "overview", **address: str | list[str]) -> AppTest:
        app = AppTest.from_file(APP, default_timeout=60)
        app.query_params.update(address)
        app.run()
        return app if name == "overview" else app.switch_page(f"views/{name}.py").run()

    return opened
