"""The one way to the published file: a publication underneath is seen, and nothing else can be reached."""

from __future__ import annotations

import duckdb
import pytest

from dashboard import __main__ as program
from dashboard.published import MARTS, query
from tests.dashboard.conftest import APP, Open, Published
from tests.dashboard.test_pages import VIEWS

MORE = "update {table} set download_count = download_count + 1000 where repository = '*'"


def downloads(page: object) -> int:
    return int(page.metric[0].value.replace(",", ""))  # type: ignore[attr-defined]


def test_a_publication_in_between_is_seen_at_the_next_load(marts: Published, open_page: Open) -> None:
    page = open_page(days="the last 8 weeks")
    before = downloads(page)
    marts.change_table("pulls_daily_base", MORE)
    assert downloads(page.run()) == before + 56 * 1000
    assert downloads(open_page(days="the last 8 weeks")) == before + 56 * 1000


def test_a_publication_while_an_old_answer_is_still_held(marts: Published) -> None:
    """`duckdb.connect(path)` would give the old content here, since a connection to it is open."""
    ask = f"select sum(download_count)::bigint as n from {MARTS}.pulls_daily where repository = '*'"
    with duckdb.connect(str(marts.path), read_only=True) as held:
        before = query(ask)["n"].item()
        marts.change_table("pulls_daily_base", MORE)
        assert query(ask)["n"].item() == before + 56 * 1000
        assert held.execute("select 1").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "attach '/tmp/other.duckdb'",
        "copy (select 1) to '/tmp/stolen.csv'",
        "set enable_external_access = true",
        "install httpfs",
        f"delete from {MARTS}.load_ledger",
        f"create table {MARTS}.mine as select 1",
    ],
)
def test_nothing_else_can_be_read_or_written(marts: Published, sql: str) -> None:
    content = marts.path.read_bytes()
    with pytest.raises(duckdb.Error):
        query(sql)
    assert marts.path.read_bytes() == content


def test_the_page_answers_this_machine_only_and_tells_nobody() -> None:
    command = program.command(8501, "127.0.0.1")
    assert str(APP) in command
    for flag in (
        "--server.address=127.0.0.1",
        "--browser.gatherUsageStats=false",
        "--client.showErrorDetails=none",
    ):
        assert flag in command


def test_every_view_is_in_the_menu() -> None:
    """The menu is a literal in app.py, which draws when it is imported."""
    text = APP.read_text("utf-8")
    assert [name for name in VIEWS if f'"{name}": "' not in text] == []
