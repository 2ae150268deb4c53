"""One warehouse for the published definitions and the details: building it takes most of their time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.counting.details import details
from tests.counting.rosetta import lines
from tests.support.layouts import write
from tests.support.warehouse import Warehouse, make

READ = ("fct_pulls", "pull_requests", "pull_definitions_daily", "pulls_daily")


@pytest.fixture(scope="session")
def defined(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Published marts over the scenarios of the table and the details."""
    folder: Path = tmp_path_factory.mktemp("defined")
    write(lines(), folder / "logs" / "rosetta.jsonl")
    write((line for detail in details() for line in detail.lines), folder / "logs" / "details.jsonl")
    return make(folder / "data", folder / "logs", only=READ)
