"""What is public, and who reads it, stands in the project: dbt's documentation shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.dbt_project.test_conventions import DESCRIBED, MODELS, ROOT, layer

MARTS = {path.stem for path in MODELS if layer(path) == "marts"}
PUBLIC = {name for name in MARTS if not name.endswith("_base")}
EXPOSURES = {
    one["name"]: set(re.findall(r"ref\('(\w+)'\)", " ".join(one["depends_on"])))
    for one in yaml.safe_load((ROOT / "models" / "exposures.yml").read_text("utf-8"))["exposures"]
}
# Words of a reader's code that are names of marts, and mean something else there.
OTHER_MEANINGS = {"exports": {"versions"}}


def named(folder: Path) -> set[str]:
    """The marts whose names stand in the code of a folder; a base table stands for the mart of its name."""
    text = " ".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    return {name.removesuffix("_base") for name in MARTS.intersection(re.findall(r"\b[a-z_]+\b", text))}


def test_what_the_readme_lists_is_public_and_nothing_else() -> None:
    public = {name for name in MARTS if DESCRIBED[name].get("config", {}).get("access") == "public"}
    assert public == PUBLIC


@pytest.mark.parametrize(
    ("exposure", "folder"),
    [("page", "dashboard/queries"), ("report", "dashboard/report"), ("exports", "pipeline/exports")],
)
def test_every_mart_that_is_read_stands_with_its_reader(repo_root: Path, exposure: str, folder: str) -> None:
    read = named(repo_root / folder) - OTHER_MEANINGS.get(exposure, set())
    assert len(read) > 5
    assert read - EXPOSURES[exposure] == set()
    assert EXPOSURES[exposure] <= PUBLIC


def test_a_reader_that_is_not_named_is_noticed(tmp_path: Path) -> None:
    """The planted defect: code that reads a mart more."""
    (tmp_path / "new.py").write_text("sql = 'select * from pinning_monthly'")
    assert named(tmp_path) - EXPOSURES["page"] == {"pinning_monthly"}
