"""When a registry counts as down: not at the first answer that does not come."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from gateway import run
from gateway.routes import maps
from gateway.run import Health
from gateway.settings import Settings, load

TWICE = """
[registries.main]
url = "https://main.example.com"
[registries.second]
url = "https://second.example.com"
[registries.third]
url = "https://third.example.com"
[repositories."*"]
registry = "third"
[repositories."twice/app"]
registry = "main"
fallback = "second"
fallback_repository = "copy/app"
"""


def settings(folder: Path) -> Settings:
    path = folder / "gateway.toml"
    path.write_text(TWICE, encoding="utf-8")
    return load(path)


def test_two_failures_are_an_outage_and_one_answer_ends_it(tmp_path: Path) -> None:
    health, up = Health(), {"main": True, "second": True}
    asked: list[str] = []
    history = []
    for is_up in (True, False, True, False, False, False, True):
        up["main"] = is_up
        health.look(settings(tmp_path), lambda registry, _: asked.append(registry.name) or up[registry.name])
        history.append(sorted(health.down))
    assert history == [[], [], [], [], ["main"], ["main"], []]
    # Whether the third is up changes nothing: it has no fallback.
    assert set(asked) == {"main", "second"}


def test_what_is_down_is_replaced_by_its_fallback_unless_that_is_down_too(tmp_path: Path) -> None:
    twice = settings(tmp_path)

    def address(*down: str) -> str:
        entries = maps(twice, frozenset(down)).split("$first_registry {")[1].split("}")[0]
        return entries.split('"r0" "')[1].split('"')[0]

    assert address() == "https://main.example.com"
    assert address("main") == "https://second.example.com"
    assert address("main", "second") == "https://main.example.com"
    assert address("third") == "https://main.example.com"


def test_the_key_of_the_hashes_lives_one_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that somebody uses for months can be followed within a day only."""
    days = iter([date(2026, 6, 8), date(2026, 6, 8), date(2026, 6, 9)])

    class Clock:
        @staticmethod
        def now(zone: object) -> datetime:
            return datetime.combine(next(days), time(), UTC)

    monkeypatch.setattr(run, "datetime", Clock)
    gateway = run.Gateway(tmp_path / "gateway.toml", tmp_path, print)
    keys = []
    for _ in range(3):
        gateway._new_key()
        keys.append(gateway._hash_key)
    assert keys[0] == keys[1] != keys[2]
    assert all(len(bytes.fromhex(key)) == 32 for key in keys)


def test_old_logs_are_deleted_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On 8 June at 23:59 UTC with log_days = 7, the 1st is kept still; the 31st of May goes."""

    class Clock:
        @staticmethod
        def now(zone: object) -> datetime:
            return datetime(2026, 6, 8, 23, 59, tzinfo=UTC)

    monkeypatch.setattr(run, "datetime", Clock)
    logs = tmp_path / "logs"
    logs.mkdir()
    kept = ["access-2026-06-01.log", "access-2026-06-08.log", "access-unknown.log", "access-2026-13-45.log"]
    kept += ["access-2027-01-01.log", "other-2026-01-01.log"]
    for name in (*kept, "access-2026-05-31.log", "access-2025-12-01.log"):
        (logs / name).touch()
    path = tmp_path / "gateway.toml"
    said: list[str] = []
    gateway = run.Gateway(path, tmp_path, said.append)
    for days in ("", "log_days = 7\n"):
        path.write_text(f'logs = "{logs}"\n{days}{TWICE}', "utf-8")
        gateway.settings = load(path)
        gateway._delete_old_logs()
        assert len(list(logs.iterdir())) == (6 if days else 8)
    assert sorted(found.name for found in logs.iterdir()) == sorted(kept)
    assert said == [
        "access-2025-12-01.log is deleted, 7 days after its day (log_days)",
        "access-2026-05-31.log is deleted, 7 days after its day (log_days)",
    ]
