from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock, Timeout

from pipeline.lake.ledger import Ledger
from pipeline.settings import Settings
from pipeline.warehouse import build as dbt
from pipeline.warehouse import plan, publish
from pipeline.warehouse.marts import open_marts
from pipeline.warehouse.publish import PublishError
from tests.pipeline.loads import a_load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def build(settings: Settings, *letters: str) -> None:
    """What `build.run` leaves: a warehouse that passed its tests, with a ledger of these loads."""
    publish.mark_untested(settings)
    built_from = plan.built_from(settings)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("create schema if not exists marts")
        con.execute("create or replace table marts.load_ledger (load_id varchar)")
        con.executemany("insert into marts.load_ledger values (?)", [[letter * 32] for letter in letters])
    publish.mark_tested(settings, built_from)


def read(settings: Settings) -> list[str]:
    with open_marts(settings) as con:
        return [row[0][0] for row in con.execute("select load_id from load_ledger order by 1").fetchall()]


def test_what_was_tested_is_published(settings: Settings) -> None:
    build(settings, "b", "a")
    settings.rebuilding.touch()
    result = publish.publish(settings)
    assert read(settings) == ["a", "b"]
    assert result == {"loads": 2, "bytes": settings.marts.stat().st_size, "marts": str(settings.marts)}
    assert plan.read_publication(settings)["load_ids"] == ["a" * 32, "b" * 32]
    assert settings.marts.read_bytes() == settings.warehouse.read_bytes()
    assert not settings.rebuilding.exists()
    assert not list(settings.data.glob("*.tmp"))


def killed_at(monkeypatch: pytest.MonkeyPatch, step: str, settings: Settings) -> None:
    """Publish, and be killed at that step."""

    def die(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(publish, step, die)
        with pytest.raises(KeyboardInterrupt):
            publish.publish(settings)


def test_the_file_of_an_older_version_goes_when_the_new_one_is_in_place(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.former_marts.write_text("of an older version", "utf-8")
    build(settings, "a")

    killed_at(monkeypatch, "replace_durably", settings)
    assert settings.former_marts.exists()
    publish.publish(settings)
    assert (read(settings), settings.former_marts.exists()) == (["a"], False)


def test_a_warehouse_that_is_being_built_is_not_published(settings: Settings) -> None:
    """A second run's build failed its tests between the first run's build and its publication."""
    build(settings, "a")
    publish.publish(settings)
    build(settings, "a", "b")
    publish.mark_untested(settings)
    with pytest.raises(PublishError, match="nothing was published"):
        publish.publish(settings)
    assert read(settings) == ["a"]


def test_a_build_that_fails_leaves_nothing_to_publish(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(settings, "a")
    monkeypatch.setattr(dbt.dbt_process, "run", lambda settings, arguments: (1, settings.data / "output.log"))
    plan.write(settings)
    with pytest.raises(dbt.BuildError, match="nothing was published"):
        dbt.run(settings)
    with pytest.raises(PublishError):
        publish.publish(settings)


def test_a_build_keeps_its_plan_to_itself(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan and build are one step under the lock: another run's plan cannot come in between."""
    Ledger(settings.loads).commit(a_load("a", {"2026-01-01": 1}))

    def run(settings: Settings, full: bool) -> dict[str, bool]:
        with FileLock(settings.data / "warehouse.lock", timeout=0):
            return {"full": full}

    monkeypatch.setattr(dbt, "run", run)
    with pytest.raises(Timeout):
        dbt.plan_and_run(settings)


def test_publication_is_of_what_was_built_and_not_of_what_lies_there_now(settings: Settings) -> None:
    """Models that change between build and publication must lead to a rebuild, not be taken for built."""
    build(settings, "a")
    content = json.loads(settings.tested.read_text(encoding="utf-8"))
    settings.tested.write_text(json.dumps(content | {"fingerprint": "of then"}), encoding="utf-8")
    publish.publish(settings)
    assert plan.read_publication(settings)["fingerprint"] == "of then"
    assert plan.write(settings)["full"] == "the models or seeds changed"


def snapshot_is_kept(settings: Settings) -> bool:
    """Whether a reader who opened the marts before a publication still reads all of them, as they were."""
    build(settings, *"abcdefgh")
    publish.publish(settings)
    with open_marts(settings) as reader:
        # From an empty warehouse, so that its bytes are others.
        settings.warehouse.unlink()
        build(settings, "x")
        publish.publish(settings)
        try:
            found = reader.execute("select load_id[1] from load_ledger order by 1").fetchall()
        except duckdb.Error:
            return False
    return found == [(letter,) for letter in "abcdefgh"] and read(settings) == ["x"]


def test_a_reader_keeps_its_snapshot(settings: Settings) -> None:
    assert snapshot_is_kept(settings)


def test_a_copy_without_the_rename_is_found_out(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: the bytes are written over those that the reader has open."""
    monkeypatch.setattr(
        publish, "replace_durably", lambda temporary, target: target.write_bytes(temporary.read_bytes())
    )
    assert not snapshot_is_kept(settings)


def test_a_crash_before_the_last_step_only_means_a_rebuild(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(settings.loads)
    ledger.commit(a_load("a", {"2026-01-01": 1}))
    plan.write(settings)
    build(settings, "a")
    publish.publish(settings)
    ledger.commit(a_load("b", {"2026-03-01": 1}))
    plan.write(settings)
    build(settings, "a", "b")

    killed_at(monkeypatch, "write_durably", settings)
    # Readers have the new marts, the publication is the old one: March is dirty still, and nothing else.
    assert read(settings) == ["a", "b"]
    written = plan.write(settings)
    assert (written["full"], written["first_day"], written["dirty_days"]) == (None, "2026-03-01", 1)
    publish.publish(settings)
    assert plan.write(settings)["dirty_days"] == 0


def test_a_crash_during_the_copy_leaves_the_old_marts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(settings, "a")
    publish.publish(settings)
    build(settings, "a", "b")

    killed_at(monkeypatch, "replace_durably", settings)
    assert read(settings) == ["a"]
    publish.publish(settings)
    assert read(settings) == ["a", "b"]
