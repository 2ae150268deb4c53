"""Fixtures shared by all rooms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.counted import Counted, build

if TYPE_CHECKING:
    from tests.support.stores import Store


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def corpus(repo_root: Path) -> Path:
    """The recorded corpus: scenarios/*.jsonl, truth.json, catalogue.json."""
    return repo_root / "tests" / "data" / "corpus"


@pytest.fixture(scope="session")
def counted(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Counted:
    """Published marts over both layouts of the corpus and all cases, built once."""
    return build(corpus, tmp_path_factory.mktemp("counted"))


@pytest.fixture(scope="session")
def running_store() -> Iterator[Store]:
    """One store for all tests of a process. moto takes a second to import."""
    from tests.support import stores

    with stores.running() as store:
        yield store


@pytest.fixture
def store(running_store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty store, to which the usual variables of AWS lead."""
    from tests.support import stores

    for name, value in (stores.ENVIRONMENT | {"AWS_ENDPOINT_URL": running_store.endpoint}).items():
        monkeypatch.setenv(name, value)
    running_store.forget()
    return running_store
