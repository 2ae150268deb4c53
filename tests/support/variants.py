"""The dbt project with one rule changed: for planted defects and for the sensitivity report."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from pipeline.warehouse import dbt_process, plan

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def changed(folder: Path, file: str, rule: str, becomes: str) -> Iterator[None]:
    """Builds inside this block use a copy of the project in `folder`, in which `rule` reads `becomes`."""
    for room in ("dbt_project", "seeds"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("target"))
    path = folder / "dbt_project" / file
    text = path.read_text("utf-8")
    assert rule in text, f"{file} has no {rule!r}"
    path.write_text(text.replace(rule, becomes), "utf-8")
    project = patch.object(dbt_process, "PROJECT", folder / "dbt_project")
    with project, patch.object(plan, "REPOSITORY_ROOT", folder):
        yield
