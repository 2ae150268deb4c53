"""More of the kinds of faults that users reported: `tests/data/written/variants.txt`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.counting.test_written import differences
from tests.support.layouts import packed, separate, write
from tests.support.warehouse import make
from tests.support.written import Written

SCENARIOS = 58
# Two nodes in turn, whose clocks agree: nothing in the log says that they do.
KNOWN = {"podmannodes.in-turn"}


def test_variants_are_counted_right(corpus: Path, tmp_path: Path) -> None:
    """Outcomes, tags and platforms of all of them, alone and 20 s apart; the known fault is still one."""
    variants = Written(corpus.parent / "written", "variants.txt")
    layouts = [
        separate(variants, seed=7, first=datetime(2026, 1, 1, 0, 30, tzinfo=UTC)),
        packed(variants, seed=11, first_midnight=datetime(2026, 4, 1, tzinfo=UTC)),
    ]
    catalogue = tmp_path / "catalogue.json"
    catalogue.write_text(
        json.dumps({key: value for layout in layouts for key, value in layout.catalogue.items()})
    )
    for layout in layouts:
        write(layout.lines, tmp_path / "logs" / f"{layout.seed}.jsonl")
    sessions = make(tmp_path / "data", tmp_path / "logs", catalogue, only=("fct_pulls",)).query(
        "select started_at, outcome, tag, platform from fct_pulls order by started_at, pull_id"
    )
    for layout in layouts:
        assert len(layout.placed) == SCENARIOS
        wrong = {
            placed.scenario: texts
            for placed in layout.placed
            if (texts := differences(variants.scenarios[placed.scenario], placed, sessions))
        }
        assert wrong.keys() == KNOWN, (layout.name, wrong)


def test_a_wrong_truth_is_noticed(corpus: Path) -> None:
    """The planted defect: without any session every scenario that must have one differs."""
    variants = Written(corpus.parent / "written", "variants.txt")
    layout = separate(variants, seed=7, first=datetime(2026, 1, 1, 0, 30, tzinfo=UTC))
    counted = [
        placed for placed in layout.placed if any(variants.scenarios[placed.scenario].outcomes.values())
    ]
    assert len(counted) > SCENARIOS * 0.8
    assert all(differences(variants.scenarios[placed.scenario], placed, []) for placed in counted)
