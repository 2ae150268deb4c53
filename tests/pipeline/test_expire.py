from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from enrichers.identity import KeyRing
from pipeline import expire
from pipeline.lake.ledger import Ledger
from pipeline.process.lock import LockError
from pipeline.settings import Settings
from tests.pipeline.loads import a_load

NOW = datetime(2026, 4, 10, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", lock_wait_s=0)


def write(path: Path, age: timedelta) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("198.51.100.7\n", encoding="utf-8")
    moment = (NOW - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def test_landed_objects_go_after_seven_days(settings: Settings, tmp_path: Path) -> None:
    old = write(settings.landing / "s3" / "old.log.gz", timedelta(days=7, seconds=1))
    young = write(settings.landing / "s3" / "young.log.gz", timedelta(days=7))
    local = write(tmp_path / "logs" / "access.log", timedelta(days=400))
    (settings.landing / "link.log").symlink_to(local)
    assert expire.expire(settings, NOW)["landed_objects_deleted"] == 2
    assert (old.exists(), young.exists()) == (False, True)
    # A link in landing/ goes, what it leads to is not ours.
    assert local.exists()


def test_what_a_killed_load_left_behind_goes(settings: Settings) -> None:
    leftover = write(settings.requests / "date=2026-01-01" / "a.parquet.17.tmp", timedelta(days=2))
    in_work = write(settings.requests / "date=2026-01-01" / "b.parquet.18.tmp", timedelta(hours=1))
    loaded = write(settings.requests / "date=2026-01-01" / "c.parquet", timedelta(days=300))
    assert expire.expire(settings, NOW)["leftovers_deleted"] == 1
    assert [path.exists() for path in (leftover, in_work, loaded)] == [False, True, True]


def test_keys_die_100_days_after_their_epoch(settings: Settings) -> None:
    ring = KeyRing(settings.keys, "year")
    ring.ensure(["2025", "2026"], datetime(2025, 12, 1, tzinfo=UTC))
    # 2025 ends where 2026 begins; 31 + 28 + 31 days to the end of March, and ten more in April, are 100.
    last_day = datetime(2026, 4, 10, 23, 59, tzinfo=UTC)
    assert expire.expire(settings, last_day)["keys_destroyed"] == []
    assert ring.key("2025") is not None
    assert expire.expire(settings, datetime(2026, 4, 11, tzinfo=UTC))["keys_destroyed"] == ["2025"]
    reopened = KeyRing(settings.keys, "year")
    assert reopened.key("2025") is None
    assert reopened.key("2026") is not None


def test_past_months_of_the_ledger_are_united(settings: Settings) -> None:
    ledger = Ledger(settings.loads)
    for letter, day in (("a", "2026-03-01"), ("b", "2026-03-31"), ("c", "2026-04-01")):
        ledger.commit(a_load(letter, {day: 1}))
    assert expire.expire(settings, NOW)["ledger_entries_compacted"] == 2
    assert set(Ledger(settings.loads).loads) == {letter * 32 for letter in "abc"}


def test_an_empty_data_directory_has_nothing_to_expire(settings: Settings) -> None:
    assert expire.expire(settings, NOW) == {
        "landed_objects_deleted": 0,
        "leftovers_deleted": 0,
        "keys_destroyed": [],
        "ledger_entries_compacted": 0,
    }


def test_it_waits_for_a_build(settings: Settings, repo_root: Path) -> None:
    """A build must not lose a file that it is about to read, and two compactions would lose entries."""
    settings.data.mkdir()
    hold = (
        "import sys; from pathlib import Path; from pipeline.process.lock import warehouse_lock\n"
        "from pipeline.settings import Settings\n"
        "with warehouse_lock(Settings(data=Path(sys.argv[1]))): print('held', flush=True); sys.stdin.read()"
    )
    build = subprocess.Popen(
        [sys.executable, "-c", hold, str(settings.data)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=repo_root,
    )  # fmt: skip
    assert build.stdout
    assert build.stdout.readline() == "held\n"
    with pytest.raises(LockError):
        expire.expire(settings, NOW)
    build.communicate()
    expire.expire(settings, NOW)
