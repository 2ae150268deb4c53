"""How many scenarios of a layout the marts count exactly as `truth.json` says."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.layouts import Layout
from tests.support.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Score:
    """One scored scenario: downloads and version checks that were to be found, and that were found."""

    scenario: str
    expected: tuple[int, int | None]
    found: tuple[int, int]

    @property
    def is_exact(self) -> bool:
        """Downloads and version checks are as they were; checks that the truth leaves open are not asked."""
        downloads, checks = self.expected
        return self.found[0] == downloads and checks in (None, self.found[1])


def score(warehouse: Warehouse, layout: Layout) -> list[Score]:
    """One score per scenario whose truth the log can tell (`downloads` is not null)."""
    sessions = warehouse.query(
        "select started_at, download_count, outcome = 'version_check', tag, digest from fct_pulls"
        " order by started_at, pull_id"
    )
    scores = []
    for placed in layout.placed:
        if placed.downloads is None:
            continue
        begins, ends = placed.starts_at.replace(tzinfo=None), placed.ends_at.replace(tzinfo=None)
        counts = [
            (downloads, int(is_check))
            for started_at, downloads, is_check, tag, digest in sessions
            if begins <= started_at < ends
            and (not placed.names or tag in placed.names or (tag is None and digest in placed.names))
        ]
        found = (sum(downloads for downloads, _ in counts), sum(checks for _, checks in counts))
        scores.append(Score(placed.scenario, (placed.downloads, placed.checks), found))
    return scores


def share(scores: list[Score]) -> float:
    """Share of exact scenarios, 0 to 1."""
    return sum(entry.is_exact for entry in scores) / len(scores)


def explain(scores: list[Score]) -> str:
    """The scenarios that were missed, for an assertion's message."""
    missed = [entry for entry in scores if not entry.is_exact]
    lines = [f"{entry.scenario}: expected {entry.expected}, found {entry.found}" for entry in missed]
    return f"{len(missed)} of {len(scores)} missed:\n" + "\n".join(lines)
