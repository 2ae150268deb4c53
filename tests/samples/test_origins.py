"""The cast is plausible: kinds of behaviour, clients and networks that every mart needs."""

from collections import Counter
from ipaddress import ip_address, ip_network
from itertools import pairwise

import pytest

from samples.corpus import CORPUS, read_scenarios
from samples.networks import Network, draw_address
from samples.origins import CAST, make_origins, scenario_ids
from samples.replay import acts_of
from samples.span import rng

ORIGINS = make_origins()
SCENARIOS = read_scenarios(CORPUS, scenario_ids())


def acting(role: str) -> list:
    return [acts_of(origin) for origin in ORIGINS if origin.role.name == role]


def test_there_are_many_origins_of_many_countries():
    assert 200 <= len(ORIGINS) <= 300
    assert len({origin.network.country for origin in ORIGINS}) >= 20


def test_numbers_and_role_names_are_unique():
    assert [origin.number for origin in ORIGINS] == list(range(len(ORIGINS)))
    assert len({role.name for role in CAST}) == len(CAST)


def test_two_origins_share_an_address_only_where_the_cast_says_so():
    """An IPv6 endpoint is its /64."""
    endpoints = Counter(str(ip_network((origin.address, 32 if "." in origin.address else 64), strict=False))
                        for origin in ORIGINS)  # fmt: skip
    shared = [role.count for role in CAST if role.at_home_of]
    assert len(ORIGINS) - len(endpoints) == sum(shared) == 6


@pytest.mark.parametrize("role", CAST, ids=lambda role: role.name)
def test_a_client_replays_only_sequences_that_it_is_known_to_send(role):
    for habit in role.habits:
        for scenario in habit.scenarios:
            assert scenario.startswith(role.client.replays)


def test_every_origin_acts():
    quiet = [origin.role.name for origin in ORIGINS if not acts_of(origin)]
    assert quiet == []


def test_timers_are_even_and_dominate_the_checks():
    # every 5 min = 288 a day from day 35 on: 21 times 288; half-hourly 56 times 48; hourly 56 times 24
    expected = {"deploy controller": 6048, "podman timer, half-hourly": 2688, "podman timer, hourly": 1344}
    assert {role: len(acting(role)[0]) for role in expected} == expected
    for role in expected:
        a_day = Counter(act.day for act in acting(role)[0])
        assert len(set(a_day.values())) == 1
    checks = sum(SCENARIOS[act.scenario].checks for origin in ORIGINS for act in acts_of(origin))
    assert sum(expected.values()) > checks / 2


def test_fleets_pull_one_after_the_other_behind_one_address():
    for acts in acting("fleet behind one address"):
        # 8 Tuesdays times 6 machines
        assert len(acts) == 48
        assert {act.day.weekday() for act in acts} == {1}


def test_builds_happen_on_working_days_only():
    local_weekend = [
        act
        for acts in acting("woodpecker") + acting("hosted runner")
        for act in acts
        if (act.start_ms // 1000 + act.origin.network.utc_offset_h * 3600) // 86_400 % 7 >= 5
    ]
    assert local_weekend == []
    assert all(len(acts) == 40 for acts in acting("woodpecker"))  # one each of 8 times 5 working days


def test_an_upgrade_changes_the_version_only():
    upgraded = 0
    for origin in ORIGINS:
        agents = [agent for agent in (origin.user_agent(day) for day in range(56)) if agent]
        changes = sum(one != other for one, other in pairwise(agents))
        assert changes <= 1
        upgraded += changes
        if changes and agents[0].startswith("docker/"):
            assert platform_of(agents[0]) == platform_of(agents[-1])
    assert upgraded >= 20


def platform_of(agent: str) -> list[str]:
    return [
        word for word in agent.split() if word.startswith(("kernel/", "os/", "arch/")) or word.endswith(")")
    ]


def test_machines_that_say_arm64_pull_arm64():
    for origin in ORIGINS:
        if "arch/arm64" in (origin.user_agent(0) or ""):
            assert {act.scenario for act in acts_of(origin)} <= {"docker.arm64", "docker.warm-tag"}


@pytest.mark.parametrize("cidr", ["53.1.0.0/16", "13.105.117.0/24", "2600:1f18::/33", "2a01:4f8::/32"])
def test_addresses_lie_in_their_network(cidr):
    network = Network("any", "XX", cidr, 0)
    for number in range(200):
        assert ip_address(draw_address(network, rng("test", number))) in ip_network(cidr)
