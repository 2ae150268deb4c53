"""The requests of sessions, one Parquet file a day, replaced with each publication."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline.settings import Settings
from pipeline.warehouse import pull_requests

JUNE_1, JUNE_2, JUNE_3 = "2026-06-01", "2026-06-02", "2026-06-03"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def built(settings: Settings, **pulls: int) -> None:
    """What dbt leaves of a build: `pull=1` is one request of that pull on the first of June."""
    settings.scratch.unlink(missing_ok=True)
    with duckdb.connect(str(settings.scratch)) as con:
        con.execute("create schema marts; create table requests (pull_id varchar, pull_date date)")
        for pull, day in pulls.items():
            con.execute("insert into requests values (?, make_date(2026, 6, ?))", [pull, day])
        con.execute("create view marts.pull_requests as from main.requests")


def publish(settings: Settings, *days: str, everything: bool = False) -> dict[str, list[str]]:
    """Publish the days of a build; returns the pulls that lie in each file afterwards."""
    folder = pull_requests.write(settings, list(days))
    pull_requests.replace(settings, folder, list(days), everything)
    assert not folder.exists()
    return published(settings)


def published(settings: Settings) -> dict[str, list[str]]:
    query = "select pull_id from read_parquet(?, hive_partitioning = false) order by 1"
    return {
        file.parent.name: [pull for (pull,) in duckdb.execute(query, [str(file)]).fetchall()]
        for file in sorted(settings.pull_requests.glob("*/*.parquet"))
    }


def test_a_build_replaces_its_days_and_no_other(settings: Settings) -> None:
    built(settings, a=1, b=2, c=3)
    publish(settings, JUNE_1, JUNE_2, JUNE_3)
    built(settings, read_but_not_planned=1, d=2)

    # The third has no requests any more.
    assert publish(settings, JUNE_2, JUNE_3) == {"pull_date=2026-06-01": ["a"], "pull_date=2026-06-02": ["d"]}


def test_a_rebuild_of_all_leaves_nothing_of_before(settings: Settings) -> None:
    built(settings, a=1, b=2)
    publish(settings, JUNE_1, JUNE_2)
    built(settings, c=2)
    assert publish(settings, JUNE_2, everything=True) == {"pull_date=2026-06-02": ["c"]}


def test_what_a_killed_publication_wrote_is_not_published(settings: Settings) -> None:
    built(settings, a=1, b=2)
    publish(settings, JUNE_1, JUNE_2)
    built(settings, late=1)
    pull_requests.write(settings, [JUNE_1])
    # Killed here: readers see what was published before.
    assert published(settings) == {"pull_date=2026-06-01": ["a"], "pull_date=2026-06-02": ["b"]}

    built(settings, c=2)
    assert publish(settings, JUNE_2) == {"pull_date=2026-06-01": ["a"], "pull_date=2026-06-02": ["c"]}


def test_a_file_has_its_day_with_and_without_the_folder_name(settings: Settings) -> None:
    built(settings, a=1)
    publish(settings, JUNE_1)
    file = pull_requests.file_of(settings, JUNE_1)
    for by_folder in (True, False):
        query = (
            f"select cast(pull_date as date)::varchar from read_parquet(?, hive_partitioning = {by_folder})"
        )
        assert duckdb.execute(query, [str(file)]).fetchall() == [(JUNE_1,)]


def test_a_build_without_that_model_publishes_none(settings: Settings) -> None:
    assert publish(settings, JUNE_1) == {}
    duckdb.connect(str(settings.scratch)).close()
    assert publish(settings, JUNE_1) == {}
