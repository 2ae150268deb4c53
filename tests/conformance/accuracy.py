"""Accuracy of a world: by layout, and by the mode of the gateway that the scenarios were recorded through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.conformance.worlds import FormatWorld, World
from tests.counting.scoring import Score, score
from tests.support.layouts import Corpus

MODES = {
    "Bproxy": "proxies everything",
    "BproxyTLS": "proxies everything",
    "Bslow": "proxies everything",
    "Ctoken": "proxies, asks for a token",
    "Dblobredir": "proxies manifests, redirects blobs",
    "A301": "redirects",
    "A302": "redirects",
    "A302TLS": "redirects",
    "A307": "redirects",
    "A308": "redirects",
    # The second corpus: the modes of the project's own gateway, with a token service before it or not.
    "none": "proxies everything",
    "slow-none": "proxies everything",
    "token-none": "proxies, asks for a token",
    "blobs": "proxies manifests, redirects blobs",
    "token-blobs": "proxies manifests, redirects blobs",
    "all": "redirects",
}


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How many scenarios were exact."""

    world: str
    what: str
    exact: int
    scored: int

    @property
    def share(self) -> float:
        """Exact of scored, 0 to 1."""
        return self.exact / self.scored

    @property
    def text(self) -> str:
        """For a table."""
        return f"{self.exact} of {self.scored} ({self.share:.1%})"


def by_layout(world: World) -> list[Accuracy]:
    """One entry per layout of the world."""
    return [_accuracy(world.name, layout.name, score(world.warehouse, layout)) for layout in world.layouts]


def by_mode(world: World, corpus: Corpus) -> list[Accuracy]:
    """One entry per gateway mode, over the layouts in which scenarios do not overlap."""
    gateways = {truth["id"]: MODES[truth["gateway"]] for truth in corpus.truth}
    scores = [entry for layout in world.layouts[:3] for entry in score(world.warehouse, layout)]
    modes = dict.fromkeys(MODES.values())
    return [
        _accuracy(world.name, mode, (e for e in scores if gateways[e.scenario] == mode)) for mode in modes
    ]


def by_format(world: FormatWorld) -> list[Accuracy]:
    """One entry per log format, over all its scenarios."""
    return [
        _accuracy(
            "scenarios apart, without a catalogue",
            log_format,
            (entry for layout in layouts for entry in score(world.warehouse, layout)),
        )
        for log_format, layouts in world.layouts.items()
    ]


def _accuracy(world: str, what: str, scores: Iterable[Score]) -> Accuracy:
    entries = list(scores)
    return Accuracy(world, what, sum(entry.is_exact for entry in entries), len(entries))
