"""A counting rule that is dropped or changed must turn the corpus red, or the corpus proves nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.counting.scoring import score, share
from tests.support.layouts import Corpus, packed, write
from tests.support.variants import changed
from tests.support.warehouse import make

SESSIONS = "models/intermediate/sessions/int_sessions.sql"
# Name → file, rule, what becomes of it.
DEFECTS = {
    "a gap of a millisecond": ("dbt_project.yml", "manifest_gap_seconds: 10", "manifest_gap_seconds: 0.001"),
    "every blob is a layer": (
        SESSIONS,
        "greatest(0, unknown_blob_count - ",
        "greatest(0, unknown_blob_count, ",
    ),
    "whoever looks is pulling": (
        SESSIONS,
        "when not origin.can_pull or deletion_count",
        "when deletion_count",
    ),
}


@pytest.mark.parametrize("defect", sorted(DEFECTS))
def test_a_changed_rule_is_noticed(defect: str, corpus: Path, tmp_path: Path) -> None:
    layout = packed(Corpus(corpus), seed=31, first_midnight=datetime(2026, 4, 5, tzinfo=UTC))
    write(layout.lines, tmp_path / "logs" / "access.jsonl")
    with changed(tmp_path / "root", *DEFECTS[defect]):
        made = make(tmp_path / "data", tmp_path / "logs", only=("fct_pulls",))
    assert share(score(made, layout)) < 0.95
