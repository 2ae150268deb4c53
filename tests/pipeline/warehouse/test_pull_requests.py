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
    pull_requests.prepare(settings)
    with duckdb.connect() as con:
        con.execute("create table requests (pull_id varchar, pull_date date)")
        for pull, day in pulls.items():
            con.execute("insert into requests values (?, make_date(2026, 6, ?))", [pull, day])
        con.execute(
            f"copy requests to '{pull_requests.built(settings)}'"
            " (format parquet, partition_by (pull_date), write_partition_columns, overwrite_or_ignore)"
        )


def publish(settings: Settings, *days: str, everything: bool = False) -> dict[str, list[str]]:
    """Publish the days of a build; returns the pulls that lie in each file afterwards."""
    pull_requests.replace(settings, list(days), everything)
    assert not pull_requests.built(settings).exists()
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
    built(settings, d=2)

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
    built(settings)
    assert publish(settings, JUNE_1) == {}


def test_a_publication_tried_again_publishes_the_same(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after its first day, and tried again without a new build; and once more after its end."""
    built(settings, a=1, b=2, old=3)
    publish(settings, JUNE_1, JUNE_2, JUNE_3)
    built(settings, c=1, d=2)
    put, replace = [], pull_requests.replace_durably

    def killed_at_the_second(temporary: Path, target: Path) -> None:
        put.append(target)
        if len(put) == 2:
            raise KeyboardInterrupt
        replace(temporary, target)

    with monkeypatch.context() as patched:
        patched.setattr(pull_requests, "replace_durably", killed_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            publish(settings, JUNE_1, JUNE_2, JUNE_3)
    expected = {"pull_date=2026-06-01": ["c"], "pull_date=2026-06-02": ["d"]}
    assert publish(settings, JUNE_1, JUNE_2, JUNE_3, everything=True) == expected
    assert publish(settings, JUNE_1, JUNE_2, JUNE_3, everything=True) == expected
