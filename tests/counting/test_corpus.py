"""The recorded corpus, renamed, in two layouts; the truth is truth.json."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.counting.scoring import explain, score, share
from tests.support.counted import Counted

SEPARATE_GOAL, PACKED_GOAL = 0.98, 0.95
# 95 scenarios, of which truth.json leaves 2 unscored.
SCORED = 93


def test_separate_scenarios_are_counted_exactly(counted: Counted) -> None:
    scores = score(counted.warehouse, counted.separate)
    assert len(scores) == SCORED
    assert share(scores) >= SEPARATE_GOAL, explain(scores)


@pytest.mark.parametrize("name", ["packed", "packed_hours_apart", "interleaved"])
def test_packed_scenarios_are_counted_exactly(counted: Counted, name: str) -> None:
    scores = score(counted.warehouse, getattr(counted, name))
    assert len(scores) == SCORED
    assert share(scores) >= PACKED_GOAL, explain(scores)


def test_packed_layout_crosses_a_midnight(counted: Counted) -> None:
    """Otherwise the layout would not show what it is for: every client with several scenarios does."""
    days: dict[str, set[date]] = {}
    for placed in counted.packed.placed:
        days.setdefault(placed.scenario.partition(".")[0], set()).add(placed.starts_at.date())
    crossing = [client for client, seen in days.items() if len(seen) == 2]
    assert len(crossing) == 7  # buildah, crane, containerd twice, docker, podman, skopeo


def test_a_wrong_truth_is_noticed(counted: Counted) -> None:
    """The planted defect: a truth with one download more everywhere must score nothing."""
    wrong = replace_truth(counted)
    assert share(score(counted.warehouse, wrong)) == 0


def replace_truth(counted: Counted):
    """The separate layout with every expected download raised by one."""
    placed = [
        replace(entry, downloads=None if entry.downloads is None else entry.downloads + 1)
        for entry in counted.separate.placed
    ]
    return replace(counted.separate, placed=placed)
