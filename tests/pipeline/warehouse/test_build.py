"""dbt by hand: what may write is not published."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.settings import Settings
from pipeline.warehouse import build, plan, publish


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A tested warehouse (its marker, at least), and dbt replaced by nothing."""
    settings = Settings(data=tmp_path)
    plan.write(settings)
    settings.tested.write_text("{}", "utf-8")
    monkeypatch.setattr(build, "run_dbt", lambda settings, arguments, quiet: (0, tmp_path / "log"))
    return settings


@pytest.mark.parametrize(
    "arguments", [["test"], ["list", "--select", "fct_pulls"], ["show", "--inline", "select 1"]]
)
def test_reading_leaves_the_warehouse_tested(settings: Settings, arguments: list[str]) -> None:
    assert build.run_by_hand(settings, arguments) == 0
    assert settings.tested.exists()
    assert not settings.rebuilding.exists()


@pytest.mark.parametrize("arguments", [["run", "--full-refresh"], ["build"], ["seed"], []])
def test_writing_makes_it_untested_and_the_next_build_a_full_one(
    settings: Settings, arguments: list[str]
) -> None:
    build.run_by_hand(settings, arguments)
    assert settings.rebuilding.exists()
    with pytest.raises(publish.PublishError):
        publish.publish(settings)
