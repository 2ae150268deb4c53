"""One store for all tests of a process, emptied before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import stores
from tests.support.stores import Store


@pytest.fixture(scope="session")
def running_store() -> Iterator[Store]:
    with stores.running() as store:
        yield store


@pytest.fixture
def store(running_store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty store, to which the usual variables of AWS lead."""
    for name, value in stores.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", running_store.endpoint)
    running_store.forget()
    return running_store
