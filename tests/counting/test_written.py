"""Clients that were not recorded: scenarios written from their sources (`tests/data/written`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.worlds import World, build, written
from tests.counting.scoring import explain, score, share
from tests.support.layouts import Layout, Placed, write
from tests.support.variants import changed
from tests.support.warehouse import make
from tests.support.written import Scenario, Written

SCENARIOS = 124
# What was measured is in docs/counting.md. Without a catalogue nothing tells an SBOM from a layer, nor, where
# two pulls of one origin overlap behind a redirecting gateway, whose layers are whose.
GOAL, GOAL_WITHOUT, GOAL_WITHOUT_INTERLEAVED = 1.0, 0.98, 0.88
SESSIONS = "models/intermediate/sessions/int_sessions.sql"
# Name → file, rule, what becomes of it, and a scenario that must be missed then.
DEFECTS = {
    "a gap of a millisecond": (
        "dbt_project.yml",
        "manifest_gap_seconds: 10",
        "manifest_gap_seconds: 0.001",
        "crio128.digest",
    ),
    "an index is an image": (SESSIONS, "index_get_count > 0", "false", "containerd17.platform-missing"),
    "a push follows the tag before it": (
        "models/intermediate/requests/int_requests_in_lanes.sql",
        "when requests.is_of_push then 0",
        "when requests.is_of_push and requests.is_tag_request then 0",
        "docker27.pull-push-look",
    ),
}


@pytest.fixture(scope="module")
def scenarios(corpus: Path) -> Written:
    """The written scenarios."""
    return Written(corpus.parent / "written")


@pytest.fixture(scope="module")
def world(scenarios: Written, tmp_path_factory: pytest.TempPathFactory) -> World:
    """All layouts, with a catalogue."""
    return build(scenarios, tmp_path_factory.mktemp("written"))


def test_every_scenario_has_a_truth_and_a_reason(scenarios: Written) -> None:
    assert len(scenarios.scenarios) == SCENARIOS
    assert all(scenario.outcomes and scenario.why for scenario in scenarios.scenarios.values())


def test_with_a_catalogue(world: World) -> None:
    for layout in world.layouts:
        scores = score(world.warehouse, layout)
        assert len(scores) == SCENARIOS
        assert share(scores) >= GOAL, (layout.name, explain(scores))


def test_outcomes_tags_and_platforms(world: World, scenarios: Written) -> None:
    """All outcomes that a truth names, the others too, and what was downloaded or looked up."""
    sessions = world.warehouse.query(
        "select started_at, outcome, tag, platform from fct_pulls order by started_at, pull_id"
    )
    wrong = [
        text
        for layout in world.layouts[:-1]
        for placed in layout.placed
        for text in differences(scenarios.scenarios[placed.scenario], placed, sessions)
    ]
    assert wrong == []


def differences(scenario: Scenario, placed: Placed, sessions: list[tuple[Any, ...]]) -> list[str]:
    """What of a scenario's truth the sessions of its time do not say."""
    begins, ends = placed.starts_at.replace(tzinfo=None), placed.ends_at.replace(tzinfo=None)
    own = [session[1:] for session in sessions if begins <= session[0] < ends]
    found = {name: sum(session[0] == name for session in own) for name in scenario.outcomes}
    wrong = [] if found == scenario.outcomes else [f"{scenario.id}: {found}"]
    main = next(iter(name for name, count in scenario.outcomes.items() if count), None)
    tag, platform = next(((session[1], session[2]) for session in own if session[0] == main), (None, None))
    wanted = scenario.expected.get("tag")
    if wanted and tag != (None if wanted == "-" else placed.renaming.tag(wanted)):
        wrong.append(f"{scenario.id}: tag {tag}")
    expected = scenario.expected.get("platform", platform)
    if (None if expected == "-" else expected) != platform:
        wrong.append(f"{scenario.id}: platform {platform}")
    return wrong


def test_without_a_catalogue(scenarios: Written, tmp_path: Path) -> None:
    world = build(scenarios, tmp_path, with_catalogue=False)
    *apart, interleaved = [score(world.warehouse, layout) for layout in world.layouts]
    for scores in apart:
        assert share(scores) >= GOAL_WITHOUT, explain(scores)
    assert share(interleaved) >= GOAL_WITHOUT_INTERLEAVED, explain(interleaved)


def test_a_wrong_truth_is_noticed(world: World) -> None:
    """The planted defect: a truth with one download more everywhere must score nothing."""
    layout = world.layouts[0]
    assert share(score(world.warehouse, raised(layout))) == 0


def raised(layout: Layout) -> Layout:
    """The layout with every expected download raised by one."""
    return replace(
        layout, placed=[replace(entry, downloads=(entry.downloads or 0) + 1) for entry in layout.placed]
    )


@pytest.mark.parametrize("defect", sorted(DEFECTS))
def test_a_changed_rule_is_noticed(defect: str, scenarios: Written, tmp_path: Path) -> None:
    *change, missed = DEFECTS[defect]
    layout = written(scenarios)[2]
    write(layout.lines, tmp_path / "logs" / "access.jsonl")
    with changed(tmp_path / "root", *change):
        made = make(tmp_path / "data", tmp_path / "logs", only=("fct_pulls",))
    assert missed in {entry.scenario for entry in score(made, layout) if not entry.is_exact}
