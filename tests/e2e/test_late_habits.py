"""Law 3 where a model looks back: a late line may change the patterns of the two weeks after it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.settings import Settings
from tests.e2e.test_laws import contents
from tests.support.factories import Traffic
from tests.support.layouts import write
from tests.support.warehouse import Warehouse, build_and_publish, load_logs, make

FIRST = datetime(2026, 5, 7, 4, tzinfo=UTC)
DAYS = 18


def nightly() -> list[dict[str, str]]:
    """A docker that looks up its image at four every night."""
    traffic = Traffic("habits/nightly", "198.51.100.61")
    for day in range(DAYS):
        traffic.manifest(FIRST + timedelta(days=day), "HEAD", "latest")
    return traffic.lines


def patterns(settings: Settings) -> list[str]:
    """The pattern of each day, in order."""
    rows = Warehouse(settings, {}).query("select access_pattern from fct_pulls order by pull_date")
    return [pattern for (pattern,) in rows]


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Settings]:
    """Patterns without the first night, and the marts after its line came, late and alone."""
    folder = tmp_path_factory.mktemp("late-habits")
    lines = nightly()
    write(lines[1:], folder / "logs" / "a.jsonl")
    settings = make(folder / "data", folder / "logs").settings
    before = patterns(settings)
    write(lines[:1], folder / "logs" / "b.jsonl")
    load_logs(settings)
    planned = build_and_publish(settings)
    assert planned["full"] is None
    assert planned["rebuilt_days"] == 3
    return before, settings


def test_a_late_line_changes_days_that_were_not_dirty(late: tuple[list[str], Settings]) -> None:
    """With the first night the seventh weekday comes a day earlier, six days after the only dirty one."""
    before, settings = late
    assert before == ["unknown"] * 6 + ["polling"] * 11
    assert patterns(settings) == ["unknown"] * 6 + ["polling"] * 12


def test_after_a_late_line_incremental_equals_rebuild(
    late: tuple[list[str], Settings], tmp_path: Path
) -> None:
    _, settings = late
    shutil.copytree(settings.keys, tmp_path / "data" / "keys")
    write(nightly(), tmp_path / "logs" / "all.jsonl")
    rebuilt = make(tmp_path / "data", tmp_path / "logs").settings
    assert contents(settings) == contents(rebuilt)
