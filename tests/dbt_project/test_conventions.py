"""What every model owes its reader: a grain in words, a grain as a test, a contract on what is public."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2] / "dbt_project"
MODELS = sorted((ROOT / "models").rglob("*.sql"))
LAYERS = ("staging", "intermediate", "marts")
# The subjects in their order (docs/architecture.md); those of one line do not refer to each other.
SUBJECTS = (
    ("gateway", "catalogue"),
    ("requests",),
    ("sessions",),
    ("core", "definitions"),
    ("behaviour", "accounting"),
    ("environment",),
    ("pulls",),
    ("periods", "tags"),
    ("installs",),
    ("retirement", "trends", "events", "exposure", "reconciliation"),
    ("problems",),
)
_PLACE = {subject: place for place, together in enumerate(SUBJECTS) for subject in together}
_REF = re.compile(r"\bref\(\s*['\"](\w+)['\"]")


def described() -> dict[str, dict[str, Any]]:
    """Entries of all `models:` blocks by name."""
    files = (ROOT / "models").rglob("*.yml")
    blocks = [yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get("models", []) for path in files]
    return {entry["name"]: entry for block in blocks for entry in block}


DESCRIBED = described()


def layer(path: Path) -> str:
    """The first folder below models/."""
    return path.relative_to(ROOT / "models").parts[0]


def subject(path: Path) -> str:
    """The folder below the layer, which is the same in every layer."""
    return path.relative_to(ROOT / "models").parts[1]


SUBJECT_OF = {path.stem: subject(path) for path in MODELS}


def refers_ahead(own: str, sql: str) -> list[str]:
    """The models of a later subject, or of one beside it, that a model of the subject `own` refers to."""
    others = [(name, SUBJECT_OF[name]) for name in _REF.findall(sql) if name in SUBJECT_OF]
    return [name for name, other in others if other != own and _PLACE[other] >= _PLACE[own]]


def complaints(name: str, entry: dict[str, Any] | None) -> list[str]:
    """What is missing in a model's entry."""
    if entry is None:
        return [f"{name} is not described"]
    tests = [next(iter(test)) if isinstance(test, dict) else test for test in entry.get("data_tests", [])]
    found = []
    if not entry.get("description", "").startswith("One row per "):
        found.append(f"{name}: the description does not begin with its grain")
    if "unique_grain" not in tests:
        found.append(f"{name}: no grain test")
    return found


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_model_states_and_tests_its_grain(path: Path) -> None:
    assert complaints(path.stem, DESCRIBED.get(path.stem)) == []


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_model_reads_like_the_others(path: Path) -> None:
    """`source()` only in staging; no date of today; the last line is `select * from final`, or a macro's."""
    text = re.sub(
        r"--.*|\{#.*?#\}",
        "",
        path.read_text("utf-8"),
        flags=re.DOTALL if "{#" in path.read_text("utf-8") else 0,
    )
    if layer(path) != "staging":
        assert "source(" not in text
    assert not re.search(r"\b(current_date|current_timestamp|now\(\)|today\(\))", text)
    assert text.rstrip().endswith(("select * from final", "}}"))


@pytest.mark.parametrize(
    "path", [path for path in MODELS if layer(path) == "marts"], ids=lambda path: path.stem
)
def test_mart_describes_all_its_columns(path: Path) -> None:
    columns = DESCRIBED[path.stem].get("columns", [])
    assert columns
    assert all(column.get("description") and column.get("data_type") for column in columns)


def test_every_model_lies_in_a_layer_and_a_subject() -> None:
    assert {layer(path) for path in MODELS} == set(LAYERS)
    assert {subject(path) for path in MODELS} == set(_PLACE)
    assert {len(path.relative_to(ROOT / "models").parts) for path in MODELS} == {3}


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_refers_to_its_own_subject_or_an_earlier_one(path: Path) -> None:
    assert refers_ahead(subject(path), path.read_text("utf-8")) == []


def test_a_reference_ahead_is_noticed() -> None:
    """The planted defect."""
    assert refers_ahead("sessions", "select * from {{ ref('pulls_daily') }}") == ["pulls_daily"]
    assert refers_ahead("tags", "select * from {{ ref('pulls_daily') }}") == ["pulls_daily"]
    assert refers_ahead("installs", "select * from {{ ref('pulls_daily') }}") == []


def test_described_models_exist() -> None:
    assert set(DESCRIBED) == {path.stem for path in MODELS}


def test_missing_grain_is_noticed() -> None:
    """The planted defect."""
    assert complaints("x", {"name": "x", "description": "All the pulls"}) == [
        "x: the description does not begin with its grain",
        "x: no grain test",
    ]
