"""The engines are started once for all tests that pull with real clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.lab import engines
from tests.live.lab.clients import Machine


@pytest.fixture(scope="session")
def machine(repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Real clients, and engines with stores that are new."""
    live = repo_root / ".live"
    if not (live / "done").exists():
        pytest.fail(
            "there are no clients to pull with: make test-live makes .live/ first (scripts/live-clients)"
        )
    with engines.running(
        tmp_path_factory.mktemp("engines"), live / "debian", live / "venv" / "bin"
    ) as started:
        yield started
