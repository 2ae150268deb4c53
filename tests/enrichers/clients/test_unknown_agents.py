from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from enrichers.clients import unknown_agents
from enrichers.clients.unknown_agents import NONE, UNREADABLE, pattern_of, patterns


@pytest.mark.parametrize(
    ("agent", "pattern"),
    [
        ("mirrorbot/1.2.3", "mirrorbot/0.0"),
        ("mirrorbot/1.2", "mirrorbot/0.0"),
        ("my-puller/3 (linux; x86_64)", "my-puller/0 (a; 0.0)"),
        # The name of a person, a machine, an address or a key is not kept.
        ("mirrorbot/1.0 (+mailto:jane.doe@example.com)", "mirrorbot/0.0 (+0.0?0.0)"),
        ("jane.doe laptop", "0.0 a"),
        ("jane", "a"),
        ("build-host-17.corp/2", "0.0/0"),
        ("203.0.113.77", "0.0"),
        ("2001:db8:aa::77", "0.0::0"),
        ("ghp0abcdefabcdefabcdefabcdefabcdef01", "a0"),
        ("abcdefabcdefabcdefabcdefabcdef", "a"),
        ("Überbot/1", "a/0"),
        ("", NONE),
        ("-", NONE),
        (None, NONE),
        ("x" * 2000, UNREADABLE),
        ("bot\x01", UNREADABLE),
    ],
)
def test_a_pattern_keeps_the_product_and_the_shape(agent: str | None, pattern: str) -> None:
    assert pattern_of(agent) == pattern


def test_versions_of_one_client_share_a_pattern() -> None:
    agents = [
        f"mirrorbot/{major}.{minor}.{patch}" for major in (1, 27) for minor in (0, 3) for patch in (0, 11)
    ]
    assert {pattern_of(agent) for agent in agents} == {"mirrorbot/0.0"}


def test_a_pattern_is_short() -> None:
    assert len(pattern_of("bot/1 " + "(x) " * 200)) <= 64


def test_known_agents_have_no_pattern(repo_root: Path) -> None:
    with (repo_root / "tests/data/clients/user_agents.csv").open(encoding="utf-8", newline="") as file:
        agents = [row["user_agent"] for row in csv.DictReader(file) if row["client_name"]]
    assert len(agents) > 100
    assert patterns(pd.DataFrame({"user_agent": agents})).isna().all()


def test_a_canary_does_not_get_through() -> None:
    canaries = ["jane.doe@example.com", "10.1.2.3", "AKIAIOSFODNN7EXAMPLE", "janes-macbook-pro.local"]
    found = patterns(pd.DataFrame({"user_agent": [f"odd/1 ({canary})" for canary in canaries] + canaries}))
    assert not [pattern for pattern in found for canary in canaries if canary.lower() in pattern.lower()]
    assert "jane" not in " ".join(found)


def test_keeping_the_text_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect."""
    monkeypatch.setattr(unknown_agents, "_SHAPES", ())
    with pytest.raises(AssertionError):
        test_a_canary_does_not_get_through()
