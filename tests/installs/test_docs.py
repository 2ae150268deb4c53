"""The queries of the documentation run as they are printed, and return something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.installs.conftest import Built

PAGES = {"uniques": 3, "installs": 4}
BLOCK = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def queries(root: Path, page: str) -> list[str]:
    return BLOCK.findall((root / "docs" / f"{page}.md").read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_queries_run_as_printed(built: Built, repo_root: Path, page: str) -> None:
    found = queries(repo_root, page)
    assert len(found) == PAGES[page]
    for query in found:
        # The documentation asks about October; these logs are of February.
        moved = query.replace("2026-10-01", "2026-02-01").replace("2026-11-01", "2026-03-01")
        # Nobody wrote an advisory for these logs; those that have one are tested in tests/figures.
        assert built.warehouse.query(moved) or "from exposure_daily" in query, query
