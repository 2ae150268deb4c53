"""More of the kinds of faults that users reported: `tests/data/written/variants.txt`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.counting.test_written import differences
from tests.support.layouts import Layout, Placed, packed, separate, write
from tests.support.warehouse import make
from tests.support.written import Scenario, Written

SCENARIOS = 109
# Two nodes in turn, whose clocks agree: nothing in the log says that they do. Three looks of podman within
# 0.2 s: it was recorded to ask for a tag twice within one pull, 1.62 s apart.
KNOWN = {"podmannodes.in-turn", "autoupdate.podman"}
DAY = timedelta(days=1)
Session = tuple[datetime, str, str | None, str | None, int]


class Alone:
    """One scenario of all, as a corpus."""

    def __init__(self, variants: Written, scenario: str) -> None:
        self.truth = [truth for truth in variants.truth if truth["id"] == scenario]
        self.catalogue: dict[str, Any] = {}
        self.lines = variants.lines


@pytest.fixture(scope="module")
def variants(corpus: Path) -> Written:
    return Written(corpus.parent / "written", "variants.txt")


def counted(layouts: list[Layout], folder: Path, catalogue: Path | None) -> list[Session]:
    """What is published of all layouts, which are loaded together."""
    for layout in layouts:
        write(layout.lines, folder / "logs" / f"{layout.seed}.jsonl")
    return make(folder / "data", folder / "logs", catalogue, only=("fct_pulls",)).query(
        "select started_at, outcome, tag, platform, download_count"
        " from fct_pulls order by started_at, pull_id"
    )


def wrong_copies(scenario: Scenario, placed: Placed, sessions: list[Session]) -> list[str]:
    """The downloads of machines behind one address, where the truth says how many there were."""
    begins, ends = placed.starts_at.replace(tzinfo=None), placed.ends_at.replace(tzinfo=None)
    copies = sum(session[4] or 0 for session in sessions if begins <= session[0] < ends)
    return [] if scenario.expected.get("copies", str(copies)) == str(copies) else [f"{copies} copies"]


def test_variants_are_counted_right(variants: Written, tmp_path: Path) -> None:
    """Outcomes, tags, platforms, copies: of all, alone and 20 s apart; the known fault is still one."""
    layouts = [
        separate(variants, seed=7, first=datetime(2026, 1, 1, 0, 30, tzinfo=UTC)),
        packed(variants, seed=11, first_midnight=datetime(2026, 4, 1, tzinfo=UTC)),
    ]
    catalogue = tmp_path / "catalogue.json"
    catalogue.write_text(
        json.dumps({key: value for layout in layouts for key, value in layout.catalogue.items()})
    )
    sessions = counted(layouts, tmp_path, catalogue)
    for layout in layouts:
        assert len(layout.placed) == SCENARIOS
        wrong = {
            placed.scenario: texts
            for placed in layout.placed
            if (
                texts := differences(
                    variants.scenarios[placed.scenario], placed, [session[:4] for session in sessions]
                )
                + wrong_copies(variants.scenarios[placed.scenario], placed, sessions)
            )
        }
        assert wrong.keys() == KNOWN, (layout.name, wrong)


def test_variants_without_a_catalogue(variants: Written, tmp_path: Path) -> None:
    """Outcomes and copies. Each scenario has names of its own: none is explained by another one's log."""
    layouts = [
        separate(
            Alone(variants, scenario),
            seed=100 + number,
            first=datetime(2026, 1, 1, tzinfo=UTC) + number * DAY,
        )
        for number, scenario in enumerate(variants.scenarios)
    ]
    sessions = counted(layouts, tmp_path, None)
    wrong = {}
    for placed in (layout.placed[0] for layout in layouts):
        scenario = variants.scenarios[placed.scenario]
        begins, ends = placed.starts_at.replace(tzinfo=None), placed.ends_at.replace(tzinfo=None)
        own = [session[1] for session in sessions if begins <= session[0] < ends]
        found = {name: own.count(name) for name in scenario.outcomes}
        if found != scenario.outcomes or wrong_copies(scenario, placed, sessions):
            wrong[placed.scenario] = own
    assert wrong.keys() == KNOWN, wrong


def test_a_wrong_truth_is_noticed(variants: Written) -> None:
    """The planted defect: without any session every scenario that must have one differs."""
    layout = separate(variants, seed=7, first=datetime(2026, 1, 1, 0, 30, tzinfo=UTC))
    expected = [
        placed for placed in layout.placed if any(variants.scenarios[placed.scenario].outcomes.values())
    ]
    assert len(expected) > SCENARIOS * 0.8
    for placed in expected:
        assert differences(variants.scenarios[placed.scenario], placed, [])
    copies = [placed for placed in expected if "copies" in variants.scenarios[placed.scenario].expected]
    assert len(copies) > 5
    assert all(wrong_copies(variants.scenarios[placed.scenario], placed, []) for placed in copies)
