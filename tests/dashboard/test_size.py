"""Many repositories and many sessions: every page draws, and reads what is counted already."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st

from bench.published import write
from dashboard import on_demand, published
from dashboard.queries import overview
from pipeline.settings import Settings
from tests.dashboard.conftest import Open, Published
from tests.dashboard.test_pages import VIEWS, complaints

REPOSITORIES = 5000


@pytest.fixture(scope="module")
def made_up(sample_marts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days with every session of the sample, in 5,000 repositories."""
    path = tmp_path_factory.mktemp("made-up") / "pullhouse.duckdb"
    write(sample_marts, path, sessions=1, repositories=REPOSITORIES, days=3)
    return path


@pytest.fixture
def large(data: Settings, made_up: Path) -> Published:
    shutil.copyfile(made_up, data.marts)
    return Published(data.marts)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries of the pages, while any number of sessions is too many to read at once."""
    monkeypatch.setattr(on_demand, "SESSIONS_READ_AT_ONCE", 0)
    for module in (on_demand, overview):
        monkeypatch.setattr(module, "SESSIONS_COUNTED_AT_ONCE", 0)
    queries: list[str] = []
    answer: Callable[..., object] = published._answer

    def noted(path: str, inode: int, mtime_ns: int, sql: str, parameters: dict[str, object]) -> object:
        queries.append(sql)
        return answer(path, inode, mtime_ns, sql, parameters)

    monkeypatch.setattr(published, "_answer", noted)
    st.cache_data.clear()
    return queries


def test_the_made_up_file_adds_up(large: Published) -> None:
    """Sessions, days and dimensions say the same, as in a real file."""
    (sessions,) = large.rows("select count(*), sum(download_count)::bigint from fct_pulls")
    assert sessions[0] > 40_000
    for mart, rows in (
        ("pulls_daily", "repository = '*'"),
        ("pulls_yearly", "repository <> '*'"),
        ("pulls_weekly_by_dimension", "repository = '*' and dimension = 'tag'"),
    ):
        counts = "sum(session_count)::bigint, sum(download_count)::bigint"
        found = large.rows(f"select {counts} from {mart} where {rows}")
        assert found == [sessions]
    assert large.rows("select count(distinct repository) > 2000 from pulls_yearly") == [(True,)]


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_reads_every_session(large: Published, open_page: Open, asked: list[str], view: str) -> None:
    page = open_page(view)
    assert complaints(page) == []
    # Companies look into four columns of the sessions themselves, which costs little.
    assert [sql for sql in asked if re.search(r"\.fct_pulls\b", sql)] == []
    assert any("pulls_daily" in sql for sql in asked)


def test_sessions_that_are_asked_for_are_read(large: Published, open_page: Open, asked: list[str]) -> None:
    """The check above turns red where sessions are read."""
    page = open_page("usage", reasons="true")
    assert complaints(page) == []
    assert [sql for sql in asked if ".fct_pulls" in sql]
    assert "Environments: how sure that is, and why" in [one.value for one in page.header]
