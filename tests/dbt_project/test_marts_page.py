"""docs/marts.md says of every public mart what it is for, and when not to trust it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def complaints(page: str, marts: set[str]) -> list[str]:
    """What is missing, not a mart, or no sentence."""
    rows = {name: cells for name, *cells in ROW.findall(page)}
    found = [f"{name} is missing" for name in sorted(marts - rows.keys())]
    found += [f"{name} is no mart" for name in sorted(rows.keys() - marts)]
    found += [
        f"{name}: no sentence"
        for name, cells in rows.items()
        if not all(len(cell) > 20 and cell.endswith(".") for cell in cells)
    ]
    return found


@pytest.fixture(scope="module")
def marts(repo_root: Path) -> set[str]:
    names = {path.stem for path in (repo_root / "dbt_project" / "models" / "marts").rglob("*.sql")}
    return {name for name in names if not name.endswith("_base")}


def test_every_mart_has_its_two_sentences(repo_root: Path, marts: set[str]) -> None:
    assert complaints((repo_root / "docs" / "marts.md").read_text("utf-8"), marts) == []


def test_what_is_missing_is_noticed() -> None:
    """The planted defect."""
    page = "| `a` | Count all of the pulls with it. | Do not trust it on a Sunday. |\n| `b` | x | y |\n"
    assert complaints(page, {"a", "c"}) == ["c is missing", "b is no mart", "b: no sentence"]
