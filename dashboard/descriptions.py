"""How a figure is counted, in the words of the dbt project: it describes each mart and column once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"


@dataclass(frozen=True, slots=True)
class Definition:
    """What somebody else calls a pull (dbt_project/definitions)."""

    title: str
    publisher: str
    formalisation: str


def column(mart: str, name: str) -> str:
    """What the column holds. Raises KeyError for one that is not described: a page must not make it up."""
    return _marts()[mart][1][name]


def mart(name: str) -> str:
    """What a row of the mart is. Raises KeyError when there is no such mart."""
    return _marts()[name][0]


@lru_cache(maxsize=1)
def definitions() -> dict[str, Definition]:
    """The published definitions by their id."""
    found = {}
    for path in sorted((_PROJECT / "definitions").glob("*.yml")):
        content = _read(path)
        found[content["id"]] = Definition(
            title=content["title"],
            publisher=content["publisher"],
            formalisation=" ".join(content["formalisation"].split()),
        )
    return found


@lru_cache(maxsize=1)
def country_names() -> dict[str, str]:
    """The English names of countries by their codes of two letters."""
    with (_PROJECT.parent / "seeds" / "countries.csv").open(encoding="utf-8", newline="") as file:
        return {row["alpha2"]: row["name"] for row in csv.DictReader(file)}


@lru_cache(maxsize=1)
def _marts() -> dict[str, tuple[str, dict[str, str]]]:
    found = {}
    for path in sorted((_PROJECT / "models").rglob("*__models.yml")):
        for model in _read(path)["models"]:
            columns = {one["name"]: one.get("description", "").strip() for one in model.get("columns", [])}
            found[model["name"]] = (model["description"].strip(), columns)
    return found


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content
