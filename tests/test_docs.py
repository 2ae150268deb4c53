"""Pages that name files name files that exist."""

from __future__ import annotations

import re
from pathlib import Path

CELL = re.compile(r"\| `([\w./-]+)` \|$", re.MULTILINE)


def missing(page: str, root: Path) -> list[str]:
    """The files that the last column of a table names and the repository lacks."""
    named = CELL.findall(page)
    assert len(named) == 20
    return [name for name in named if not (root / name).is_file()]


def test_where_names_files_that_exist(repo_root: Path) -> None:
    page = (repo_root / "docs" / "where.md").read_text("utf-8")
    assert missing(page, repo_root) == []
    # The planted defect.
    assert missing(page.replace("ingest/scrub.py", "ingest/gone.py"), repo_root) == ["ingest/gone.py"]
