"""Which requests are of one session, on 200,000 requests spliced from recordings; the truth is the splice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import synthetic
from tests.support.layouts import Corpus, write
from tests.support.warehouse import make

REQUESTS = 200_000
GOAL = 0.98


@dataclass(frozen=True, slots=True)
class Sessions:
    """Session and downloads of each request as found, and the world that they were found in."""

    world: synthetic.World
    found: dict[str, object]
    downloads: dict[str, tuple[str, int]]

    def counted(self, behind_nat: bool) -> int:
        """The downloads that were counted on one side."""
        ids = self.downloads.keys()
        side = ids & self.world.behind_nat if behind_nat else ids - self.world.behind_nat
        return sum(dict(self.downloads[key] for key in side).values())


@pytest.fixture(scope="module")
def sessions(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Sessions:
    """The world's lines through the whole pipeline."""
    folder = tmp_path_factory.mktemp("synthetic")
    world = synthetic.make(Corpus(corpus), REQUESTS)
    write(world.lines, folder / "logs" / "access.jsonl")
    made = make(folder / "data", folder / "logs", only=synthetic.READ)
    return Sessions(world, synthetic.sessions_of(made), synthetic.downloads_of(made))


def test_the_world_is_large_and_overlaps_midnights(sessions: Sessions) -> None:
    assert len(sessions.world.lines) >= REQUESTS
    assert len(sessions.found) > 0.6 * REQUESTS  # the others are pings, tokens and challenges
    days = {int(float(line["msec"]) // 86400) for line in sessions.world.lines}
    assert len(days) >= 10


def test_same_session_without_nat(sessions: Sessions) -> None:
    alone = {key: value for key, value in sessions.found.items() if key not in sessions.world.behind_nat}
    precision, recall = synthetic.same_session(alone, sessions.world.instance_of)
    assert precision >= GOAL
    assert recall >= GOAL


def test_same_session_behind_nats_is_known(sessions: Sessions) -> None:
    """No goal: what cannot be told apart is not hidden (`make conformance` prints it)."""
    shared = {key: value for key, value in sessions.found.items() if key in sessions.world.behind_nat}
    precision, recall = synthetic.same_session(shared, sessions.world.instance_of)
    assert 0.5 < precision <= 1
    assert 0.5 < recall <= 1


def test_downloads_of_the_splice(sessions: Sessions) -> None:
    """Each recorded download that was spliced in is one, behind an address of its own or a shared one."""
    assert abs(sessions.counted(behind_nat=False) / sessions.world.downloads(behind_nat=False) - 1) <= 0.01
    assert abs(sessions.counted(behind_nat=True) / sessions.world.downloads(behind_nat=True) - 1) <= 0.05


def test_sessions_that_join_or_split_too_much_are_noticed(sessions: Sessions) -> None:
    """The planted defects: one session an origin and repository; one session a request."""
    joined = {key: str(value).rpartition(" ")[0] for key, value in sessions.found.items()}
    assert synthetic.same_session(joined, sessions.world.instance_of)[0] < GOAL
    split: dict[str, object] = {key: f"{value} {key[0]}" for key, value in sessions.found.items()}
    assert synthetic.same_session(split, sessions.world.instance_of)[1] < GOAL


def test_pairs_by_hand() -> None:
    """Found {a b} {c d}, true {a b c} {d}: 1 of 2 found pairs is right; 1 of 3 true pairs is found."""
    found: dict[str, object] = {"a": 1, "b": 1, "c": 2, "d": 2}
    truth: dict[str, object] = {"a": 1, "b": 1, "c": 1, "d": 2}
    assert synthetic.same_session(found, truth) == (1 / 2, 1 / 3)
