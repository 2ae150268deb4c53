"""A hook of each model looks at its grain and columns, and passes nothing over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.settings import Settings
from pipeline.warehouse import build, dbt_process, scratch
from tests.support.factories import Traffic
from tests.support.layouts import write
from tests.support.warehouse import make, quick_dbt

MODEL = "fct_pulls_base"
VIEW = "pulls_daily_by_dimension"
PLANNED_DAY = "date '2026-05-04'"
# What stands there is not replaced.
OTHER_DAY = "date '2026-04-01'"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A warehouse of two sessions, with its intermediate tables in a file."""
    folder: Path = tmp_path_factory.mktemp("data-tests")
    traffic = Traffic("acme/app", "192.0.2.1")
    traffic.cold_pull(datetime(2026, 5, 4, 10, tzinfo=UTC), "1.0")
    traffic.cold_pull(datetime(2026, 5, 5, 10, tzinfo=UTC), "1.1")
    write(traffic.lines, folder / "logs" / "access.jsonl")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(scratch, "BYTES_PER_REQUEST", 10**9)
        made = make(folder / "data", folder / "logs", only=(MODEL, VIEW))
        yield made.settings


def complaints(settings: Settings, model: str = MODEL) -> str:
    """What a build says of the model, which it builds anew."""
    with quick_dbt():
        dbt_process.run(settings, ["run", "--select", model, "--exclude", *build.OF_GRAINS])
    failed = [result for result in build.read_results(settings) if result["status"] in build.FAILED]
    return build.explain(failed, settings.data / "log") if failed else ""


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ("'another' as pull_id, 'lost' as outcome", "outcome is none of its accepted values"),
        ("'another' as pull_id, null as repository", "repository is null"),
        ("pull_id as pull_id", "two rows share pull_id"),
    ],
)
def test_what_is_wrong_with_a_column_is_said(wrong: str, complaint: str, settings: Settings) -> None:
    """Planted defects; each is taken back."""
    assert complaints(settings) == ""
    row = f"select * replace ({wrong}, {OTHER_DAY} as pull_date) from base.{MODEL} limit 1"
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(f"insert into base.{MODEL} {row}")
    found = complaints(settings)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(f"delete from base.{MODEL} where pull_date = {OTHER_DAY}")
    assert f"model.pullhouse.{MODEL}: " in found
    assert complaint in found


@pytest.mark.parametrize(
    ("day", "complaint"),
    [(PLANNED_DAY, "two rows share period_start, repository, dimension, value"), (OTHER_DAY, "")],
)
def test_periods_that_are_not_built_are_not_looked_at_again(
    day: str, complaint: str, settings: Settings
) -> None:
    """Two rows alike in the base of a view whose grain names the period: planted, and taken back."""
    base = f"base.{VIEW}_base"
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(f"create or replace table kept as from {base}")
        rows = f"select * replace ({day} as period_start) from {base} limit 1"
        con.execute(f"insert into {base} select wrong.* from ({rows}) as wrong, range(2)")
    found = complaints(settings, VIEW)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(f"delete from {base}; insert into {base} from kept; drop table kept")
    assert complaint in found
    assert bool(found) == bool(complaint)
