"""A replayed scenario is the recorded one at another time."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from samples.corpus import CORPUS, read_scenarios
from samples.origins import make_origins, scenario_ids
from samples.replay import Act, acts_of, replay

SCENARIOS = read_scenarios(CORPUS, scenario_ids())
ORIGINS = make_origins()


def recorded_lines(corpus, scenario: str) -> list[dict]:
    return [
        json.loads(line) for line in (corpus / "scenarios" / f"{scenario}.jsonl").read_text().splitlines()
    ]


def gaps_ms(lines: list[dict]) -> list[int]:
    times = [int(line["msec"].replace(".", "")) for line in lines]
    return [later - earlier for earlier, later in pairwise(times)]


def replayed(scenario: str, start_ms: int, origin=ORIGINS[0]) -> list[dict]:
    act = Act(origin, start_ms, scenario)
    return [json.loads(line.text) for line in replay(act, SCENARIOS[scenario])]


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_gaps_inside_a_scenario_are_as_recorded(corpus, scenario):
    lines = replayed(scenario, 40 * 86_400_000 + 12_345_678)
    assert gaps_ms(lines) == gaps_ms(recorded_lines(corpus, scenario))
    for new, old in zip(lines, recorded_lines(corpus, scenario), strict=True):
        assert new["request_time"] == old["request_time"]


def test_a_stretched_replay_would_be_seen(corpus):
    """The check above fails for a replay whose last line comes a millisecond late."""
    scenario = SCENARIOS["docker.cold-tag"]
    late = dict(scenario.lines[-1])
    late["msec"] = f"{float(late['msec']) + 0.001:.3f}"
    stretched = replace(scenario, lines=(*scenario.lines[:-1], late))
    lines = [json.loads(line.text) for line in replay(Act(ORIGINS[0], 0, scenario.id), stretched)]
    assert gaps_ms(lines) != gaps_ms(recorded_lines(corpus, scenario.id))


def test_the_first_request_begins_when_the_act_starts():
    # 2026-09-21T00:00:00Z is 1789948800; docker.cold-tag's first line is GET /v2/
    first = replayed("docker.cold-tag", 7_000)[0]
    began = float(first["msec"]) - first["request_time"]
    assert began == pytest.approx(1_789_948_807, abs=0.0005)


def test_what_the_client_did_is_as_recorded(corpus):
    kept = (
        "method",
        "request_uri",
        "status",
        "bytes_sent",
        "request_completion",
        "resp_digest",
        "range",
        "args",
    )
    for scenario in SCENARIOS:
        for new, old in zip(replayed(scenario, 0), recorded_lines(corpus, scenario), strict=True):
            assert {name: new[name] for name in kept} == {name: old[name] for name in kept}


def test_redirecting_gateways_are_another_node():
    assert {line["node"] for line in replayed("docker.cold-tag-A307", 0)} == {"gw-2"}
    assert {line["node"] for line in replayed("docker.cold-tag", 0)} == {"gw-1"}
    # Recorded as 302 by one gateway and answered by the other: one pull over two nodes.
    assert {line["node"] for line in replayed("docker.tls-redirect", 0)} == {"gw-1", "gw-2"}


def test_acts_of_an_origin_stay_apart_and_within_their_day():
    for origin in ORIGINS:
        acts = acts_of(origin)
        starts = [act.start_ms for act in acts]
        assert all(later - earlier >= 180_000 for earlier, later in pairwise(starts))
        for act in acts:
            scenario = SCENARIOS[act.scenario]
            duration = max(int(line["msec"].replace(".", "")) for line in scenario.lines) - scenario.began_ms
            assert act.start_ms // 86_400_000 == (act.start_ms + duration) // 86_400_000
