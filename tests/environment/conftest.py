"""One warehouse over the spliced truth: building it takes most of the time."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.warehouse import scratch
from tests.environment.cast import lines
from tests.support.layouts import Corpus, write
from tests.support.warehouse import Warehouse, make

READ = ("fct_pulls", "pull_environments", "environment_confusion_daily")


@pytest.fixture(scope="session")
def spliced(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Published marts over four weeks of the cast."""
    folder = tmp_path_factory.mktemp("spliced")
    write(lines(Corpus(corpus)), folder / "logs" / "cast.jsonl")
    # The intermediate tables are judged anew (tests/environment/judging.py): they stay in a file.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(scratch, "BYTES_PER_REQUEST", 10**9)
        return make(folder / "data", folder / "logs", corpus / "catalogue.json", only=READ)
