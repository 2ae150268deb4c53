"""The second corpus: 52 scenarios of clients that the first one lacks, several of them behind one address."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conformance.accuracy import by_layout
from tests.conformance.worlds import World, build
from tests.counting.scoring import explain, score, share
from tests.support.layouts import Corpus

SCORED = 52
# Without a catalogue one scenario is wrong: one containerd takes two tags of one repository at once, reads
# the manifests of all platforms of both, and nothing tells whose layers are whose.
WITHOUT = 51
LAYOUTS = ("separate", "packed, 20 s apart", "packed, 7200 s apart")


@pytest.fixture(scope="module")
def recorded(repo_root: Path) -> Corpus:
    """The recordings."""
    return Corpus(repo_root / "tests" / "data" / "corpus2")


@pytest.fixture(scope="module")
def with_catalogue(recorded: Corpus, tmp_path_factory: pytest.TempPathFactory) -> World:
    """JSON logs and a manifest catalogue."""
    return build(recorded, tmp_path_factory.mktemp("with"))


def test_with_a_catalogue_every_scenario_is_right(with_catalogue: World) -> None:
    for layout in with_catalogue.layouts:
        scores = score(with_catalogue.warehouse, layout)
        assert len(scores) == SCORED
        assert share(scores) == 1, f"{layout.name}: {explain(scores)}"


def test_without_a_catalogue(recorded: Corpus, tmp_path: Path) -> None:
    world = build(recorded, tmp_path, with_catalogue=False)
    exact = {accuracy.what: accuracy.exact for accuracy in by_layout(world)}
    assert exact.keys() >= set(LAYOUTS)
    assert all(exact[name] >= WITHOUT for name in LAYOUTS), exact


def test_a_wrong_truth_is_noticed(with_catalogue: World) -> None:
    """The planted defect: one download more everywhere must score nothing."""
    layout = with_catalogue.layouts[0]
    placed = [replace(entry, downloads=(entry.downloads or 0) + 1) for entry in layout.placed]
    assert share(score(with_catalogue.warehouse, replace(layout, placed=placed))) == 0
