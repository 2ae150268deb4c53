"""A counting rule that is dropped or changed must turn the corpus red, or the corpus proves nothing."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import build, plan
from tests.counting.scoring import score, share
from tests.layouts import Corpus, packed, write
from tests.warehouse import make

SESSIONS = "models/intermediate/int_sessions.sql"
# Name → file, rule, what becomes of it.
DEFECTS = {
    "a gap of an hour": ("dbt_project.yml", "manifest_gap_seconds: 10", "manifest_gap_seconds: 3600"),
    "every blob is a layer": (
        SESSIONS,
        "greatest(0, unknown_blob_count - ",
        "greatest(0, unknown_blob_count, ",
    ),
    "whoever looks is pulling": (SESSIONS, "when not origin.can_pull then 'inspect'", ""),
}


@pytest.mark.parametrize("defect", sorted(DEFECTS))
def test_a_changed_rule_is_noticed(
    defect: str, repo_root: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, rule, changed = DEFECTS[defect]
    for room in ("dbt_project", "seeds"):
        shutil.copytree(repo_root / room, tmp_path / "root" / room, ignore=shutil.ignore_patterns("target"))
    path = tmp_path / "root" / "dbt_project" / file
    text = path.read_text("utf-8")
    assert rule in text
    path.write_text(text.replace(rule, changed), "utf-8")
    for module in (build, plan):
        monkeypatch.setattr(module, "REPOSITORY_ROOT", tmp_path / "root")
    layout = packed(Corpus(corpus), seed=31, first_midnight=datetime(2026, 4, 5, tzinfo=UTC))
    write(layout.lines, tmp_path / "logs" / "access.jsonl")
    made = make(tmp_path / "data", tmp_path / "logs")
    assert share(score(made, layout)) < 0.95
