"""The tests of a model's columns run in one node with that of its grain, and nothing is passed over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.settings import Settings
from pipeline.warehouse import build
from tests.support.factories import Traffic
from tests.support.layouts import write
from tests.support.warehouse import make, quick_dbt

GRAIN = "unique_grain_fct_pulls_base_pull_id"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A warehouse of two sessions."""
    folder: Path = tmp_path_factory.mktemp("data-tests")
    traffic = Traffic("acme/app", "192.0.2.1")
    traffic.cold_pull(datetime(2026, 5, 4, 10, tzinfo=UTC), "1.0")
    traffic.cold_pull(datetime(2026, 5, 5, 10, tzinfo=UTC), "1.1")
    write(traffic.lines, folder / "logs" / "access.jsonl")
    return make(folder / "data", folder / "logs", only=("fct_pulls_base",)).settings


def complaints(settings: Settings) -> str:
    """What the test of `fct_pulls_base` says of the warehouse, as a failed build would."""
    with quick_dbt():
        build.run_dbt(settings, ["test", "--select", GRAIN])
    failed = [result for result in build.read_results(settings) if result["status"] in build.FAILED]
    return build.explain(settings, failed, settings.data / "log") if failed else ""


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ("update base.fct_pulls_base set outcome = 'lost'", "outcome is none of its accepted values"),
        ("update base.fct_pulls_base set repository = null", "repository is null"),
        ("insert into base.fct_pulls_base from base.fct_pulls_base limit 1", "two rows share pull_id"),
    ],
)
def test_what_is_wrong_with_a_column_is_said(wrong: str, complaint: str, settings: Settings) -> None:
    """Planted defects; each is taken back."""
    assert complaints(settings) == ""
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("create table kept as from base.fct_pulls_base")
        con.execute(wrong)
    found = complaints(settings)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("truncate base.fct_pulls_base; insert into base.fct_pulls_base from kept")
        con.execute("drop table kept")
    assert f"test.pullhouse.{GRAIN}." in found
    assert f": {complaint} (Got 1 result, " in found
