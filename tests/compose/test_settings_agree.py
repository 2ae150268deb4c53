"""Settings, docs/operations.md, docker-compose.yml and .env.example say the same of every setting, once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from pipeline.settings import OTHER_VARIABLES, PREFIX, Settings

VARIABLE = re.compile(r"\$\{(\w+)")
# What the containers fix themselves, what only a person at a command line gives, and tables, which no
# variable can hold well.
NOT_FROM_DOT_ENV = {
    "data", "logs", "log_format", "log_formats", "labels", "sources", "reference_sources",
    "registry_totals_urls",
}  # fmt: skip


def documented(root: Path) -> list[str]:
    """The settings of the table in docs/operations.md, each as often as it stands there."""
    text = (root / "docs" / "operations.md").read_text("utf-8")
    table = text.split("| setting |")[1].split("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return [name.strip("[]") for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def compose(root: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((root / "docker-compose.yml").read_text("utf-8"))
    return content


def examples(root: Path) -> list[str]:
    """The variables of .env.example, whether commented out or not."""
    text = (root / ".env.example").read_text("utf-8")
    return re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)


def used(root: Path) -> set[str]:
    """The variables that docker-compose.yml takes from .env, and the one that compose itself reads."""
    return set(VARIABLE.findall((root / "docker-compose.yml").read_text("utf-8"))) | {"COMPOSE_PROFILES"}


def differences(fields: set[str], names: list[str]) -> list[str]:
    """What is documented and no setting, what is a setting and not documented, what stands there twice."""
    return sorted({*(fields ^ set(names)), *(name for name in names if names.count(name) > 1)})


def test_every_setting_is_documented_once(repo_root: Path) -> None:
    assert differences(set(Settings.model_fields), documented(repo_root)) == []


def test_differences_are_found() -> None:
    """The planted defect: one is missing, one is made up, one stands there twice."""
    assert differences({"a", "b", "c"}, ["b", "c", "c", "d"]) == ["a", "c", "d"]


def test_every_variable_of_the_compose_file_is_explained_in_the_example_once(repo_root: Path) -> None:
    names = examples(repo_root)
    assert differences(used(repo_root), names) == []


def test_the_scheduler_gets_every_setting_that_is_not_fixed(repo_root: Path) -> None:
    """One that is not passed on would be passed over in silence."""
    environment = compose(repo_root)["services"]["scheduler"]["environment"]
    passed = {name.removeprefix(PREFIX).lower() for name in environment if name.startswith(PREFIX)}
    assert passed - {"data", "logs"} == set(Settings.model_fields) - NOT_FROM_DOT_ENV


def test_no_variable_of_ours_is_unknown(repo_root: Path) -> None:
    """In the documents, the compose file, the Makefile and the images."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | OTHER_VARIABLES
    files = ["README.md", "docker-compose.yml", ".env.example", "Makefile", "Dockerfile"]
    paths = [repo_root / name for name in files] + sorted((repo_root / "docs").glob("*.md"))
    found = {name for path in paths for name in re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", path.read_text("utf-8"))}
    assert found - known == set()
    assert len(found) > 5
