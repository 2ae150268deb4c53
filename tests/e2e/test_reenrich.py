"""New reference data change no history, unless a person asks: then the logs are loaded again."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from enrichers.identity import KeyRing
from enrichers.reference.reference_set import ReferenceSet
from ingest.errors import ObjectError
from pipeline.lake.ledger import Ledger
from pipeline.loading.load import Loader
from pipeline.loading.pending import PendingObject
from pipeline.reenrich import reenrich
from pipeline.settings import Settings
from tests.support.factories import Traffic
from tests.support.layouts import write
from tests.support.warehouse import (
    Warehouse,
    build_and_publish,
    load_logs,
    make,
    quick_dbt,
    without_data_tests,
)

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)
# "::2.125.160.216/125" of GeoIP2-City-Test: GB, Boxford
ADDRESS = "2.125.160.216"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    for number in (1, 2):
        traffic = Traffic(f"acme/app{number}", ADDRESS)
        traffic.manifest(f"2026-05-0{number} 10:00:00", "HEAD", "latest")
        write(traffic.lines, tmp_path / "logs" / f"{number}.jsonl")
    return tmp_path / "logs"


def with_a_city(settings: Settings, folder: Path, repo_root: Path) -> Settings:
    """The same settings, and MaxMind's test database."""
    folder.mkdir()
    name = "GeoIP2-City-Test.mmdb"
    shutil.copy(repo_root / "tests" / "data" / "reference" / "maxmind" / name, folder)
    return Settings(data=settings.data, logs=settings.logs, maxmind=folder)


def test_history_changes_when_asked_and_only_then(tmp_path: Path, logs: Path, repo_root: Path) -> None:
    made = make(tmp_path / "data", logs, only=("fct_pulls",))
    old, ids = made.settings, origins(made)
    new = with_a_city(old, tmp_path / "maxmind", repo_root)
    load_logs(new)
    build_and_publish(new, only=("fct_pulls",))
    assert sets(new) == {ReferenceSet.open(old.reference, None).id}
    (logs / "2.jsonl").unlink()
    with quick_dbt(), without_data_tests(only=("fct_pulls",)):
        found = reenrich(new, FIRST, LAST)
    assert found["loaded_again"] == 1
    assert found["kept"] == [f"{logs / '2.jsonl'}: its source no longer has it as it was loaded"]
    assert found["reference_set"].startswith("GeoIP2-City 2026-02-04, ")
    assert found["build"]["rebuilt_days"] >= 1
    assert sets(new) == {found["reference_set"], ReferenceSet.open(old.reference, None).id}
    # The same origins: the keys are the same.
    assert origins(Warehouse(new, {})) == ids
    again = reenrich(new, FIRST, LAST)
    assert (again["loaded_again"], again["already_current"], again["build"]) == (0, 1, {})
    # A later compaction keeps the newer entry.
    Ledger(new.loads).compact("2026-12")
    assert found["reference_set"] in sets(new)


def sets(settings: Settings) -> set[str]:
    return {load.reference_set for load in Ledger(settings.loads).loads.values()}


def origins(warehouse: Warehouse) -> list[tuple[object, ...]]:
    return warehouse.query("select repository, origin_id from fct_pulls order by all")


def test_a_dead_key_keeps_what_it_has(tmp_path: Path, logs: Path, repo_root: Path) -> None:
    settings = Settings(data=tmp_path / "data", logs=str(logs))
    load_logs(settings)
    KeyRing(settings.keys, "year").destroy("2026")
    found = reenrich(with_a_city(settings, tmp_path / "maxmind", repo_root), FIRST, LAST)
    assert found["loaded_again"] == 0
    assert all("the key of 2026 was destroyed" in reason for reason in found["kept"])


def test_days_outside_the_window_are_left_alone(tmp_path: Path, logs: Path, repo_root: Path) -> None:
    settings = Settings(data=tmp_path / "data", logs=str(logs))
    load_logs(settings)
    found = reenrich(
        with_a_city(settings, tmp_path / "maxmind", repo_root), date(2026, 6, 1), date(2026, 6, 2)
    )
    assert (found["loaded_again"], found["kept"]) == (0, [])


def test_other_bytes_under_the_same_name_are_refused(tmp_path: Path, logs: Path) -> None:
    settings = Settings(data=tmp_path / "data", logs=str(logs))
    load_logs(settings)
    [load] = [item for item in Ledger(settings.loads).loads.values() if item.object_name.endswith("1.jsonl")]
    other = PendingObject("local", "1.jsonl", str(logs / "2.jsonl"), 0, 0, "auto")
    with pytest.raises(ObjectError, match="its content is not what was loaded"):
        Loader(settings).load_again(other, load)
