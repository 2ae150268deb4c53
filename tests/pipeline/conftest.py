"""No test may see the developer's own settings."""

import os

import pytest


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PULLHOUSE_")]:
        monkeypatch.delenv(name)
