"""What dbt parsed once serves every new data directory."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.settings import Settings
from pipeline.warehouse import dbt_process


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A new data directory; what was parsed for the checkout; a dbt that does nothing."""
    parsed = tmp_path / "of_the_checkout"
    parsed.write_bytes(b"parsed")
    monkeypatch.setattr(dbt_process, "PARSED_OF_CHECKOUT", parsed)
    done = SimpleNamespace(returncode=0)
    monkeypatch.setattr(dbt_process, "subprocess", SimpleNamespace(run=lambda *_, **__: done, STDOUT=-2))
    return Settings(data=tmp_path / "data")


def parsed_of(settings: Settings, folder: str) -> Path:
    return settings.data / "dbt" / folder / dbt_process.PARSED


def test_a_new_data_directory_begins_with_what_was_parsed(settings: Settings) -> None:
    dbt_process.run(settings, ["build"])
    assert parsed_of(settings, "target").read_bytes() == b"parsed"


def test_what_a_directory_has_parsed_itself_stays(settings: Settings) -> None:
    own = parsed_of(settings, "target")
    own.parent.mkdir(parents=True)
    own.write_bytes(b"its own")
    dbt_process.run(settings, ["build"])
    assert own.read_bytes() == b"its own"


def test_a_command_by_hand_has_another_profile_and_parses_itself(settings: Settings) -> None:
    dbt_process.run(settings, ["list"], by_hand=True)
    assert not parsed_of(settings, "by_hand").exists()


def test_without_it_dbt_parses_as_ever(settings: Settings) -> None:
    dbt_process.PARSED_OF_CHECKOUT.unlink()
    assert dbt_process.run(settings, ["build"])[0] == 0
    assert not parsed_of(settings, "target").exists()
