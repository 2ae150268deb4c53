"""Fixtures shared by all rooms."""

from pathlib import Path

import pytest

from tests.support.counted import Counted, build


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
