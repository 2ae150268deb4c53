"""A synthetic truth: traffic made only by splicing recorded scenarios, so that every session is known.

Gaps inside a scenario stay as they were recorded, but for the clocks of the two gateway nodes, which differ.
The truth of a request is the instance of the scenario that it came from. Only scenarios of one operation are
used: of one that pulls two tags, nobody could say that it is one session.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.support.layouts import Corpus, Line, Renaming, moved, started_at
from tests.support.warehouse import Warehouse

DAYS = 10
FIRST = datetime(2026, 2, 20, tzinfo=UTC)  # over the end of a month
# The clocks of two nodes that ask the same time server differ by milliseconds.
CLOCK_SKEW_S = 0.02
REPOSITORIES = 12
LOOP = "python-requests.loop"  # three look-ups in one scenario


@dataclass(frozen=True, slots=True)
class World:
    """Lines in the order of the log.

    `instance_of`: request id → instance of a scenario; `downloads_of`: instance → its downloads;
    `behind_nat`: the ids of requests from behind a shared address.
    """

    lines: list[Line]
    instance_of: dict[str, int]
    downloads_of: dict[int, int]
    behind_nat: set[str]

    def downloads(self, behind_nat: bool) -> int:
        """How many downloads the origins with an address of their own, or those behind a NAT, really made."""
        ids = self.behind_nat if behind_nat else self.instance_of.keys() - self.behind_nat
        return sum(self.downloads_of[instance] for instance in {self.instance_of[key] for key in ids})


def make(corpus: Corpus, requests: int, seed: int = 5) -> World:
    """At least `requests` lines: four of five origins have an address of their own, the others share five.

    Those behind one address are of one company: the same client, which fetches what is new at the full hour.
    """
    chance = random.Random(seed)
    scenarios = _by_client(corpus)
    clients = sorted(scenarios)
    renamings = [Renaming(seed * 100 + number) for number in range(REPOSITORIES)]
    lines: list[Line] = []
    instance_of: dict[str, int] = {}
    downloads_of: dict[int, int] = {}
    behind_nat: set[str] = set()
    downloads = {truth["id"]: truth["downloads"] for truth in corpus.truth}
    origin = instance = 0
    while len(lines) < requests:
        origin += 1
        nat = origin // 5 % 5 if origin % 5 == 0 else None
        client = clients[nat] if nat is not None else chance.choice(clients)
        address = f"198.18.{origin // 250}.{origin % 250 + 1}" if nat is None else f"198.19.200.{nat + 1}"
        for at in _acts(chance) if nat is None else _rollouts(chance):
            renaming = chance.choice(renamings) if nat is None else renamings[at.hour % REPOSITORIES]
            instance += 1
            scenario = chance.choice(scenarios[client])
            downloads_of[instance] = downloads[scenario]
            for line in _replayed(corpus.lines(scenario), at, address, renaming, instance, chance):
                lines.append(line)
                instance_of[line["request_id"]] = instance
                behind_nat |= {line["request_id"]} if nat is not None else set()
    lines.sort(key=lambda line: float(line["msec"]))
    return World(lines, instance_of, downloads_of, behind_nat)


# The marts that say which requests are of one session, and how often it downloaded.
READ = ("fct_pulls", "pull_requests")


def sessions_of(made: Warehouse) -> dict[str, object]:
    """Request id → session, as the last build cut them."""
    return dict(made.query("select request_key, pull_id from pull_requests"))


def downloads_of(made: Warehouse) -> dict[str, tuple[str, int]]:
    """Request id → session (pull_id) and its download_count, of requests whose session is a download."""
    rows = made.query(
        "select requests.request_key, pull_id, pulls.download_count from pull_requests as requests"
        " inner join fct_pulls as pulls using (pull_id) where pulls.outcome = 'download'"
    )
    return {request: (pull, count) for request, pull, count in rows}


def same_session(found: dict[str, object], truth: dict[str, object]) -> tuple[float, float]:
    """Precision and recall of "these two requests are of one session", over all pairs of requests in both."""
    common = [(found[request], truth[request]) for request in found.keys() & truth.keys()]
    both = _pairs(common)
    by_found = _pairs([pair[0] for pair in common])
    by_truth = _pairs([pair[1] for pair in common])
    return both / by_found, both / by_truth


def _pairs(labels: list[object]) -> int:
    counts: dict[object, int] = {}
    for label in labels:
        counts[label] = counts.get(label, 0) + 1
    return sum(count * (count - 1) // 2 for count in counts.values())


def _by_client(corpus: Corpus) -> dict[str, list[str]]:
    """Scenarios of one operation, by client: those with a truth, but for pulls of several tags and a loop."""
    chosen: dict[str, list[str]] = {}
    for truth in corpus.truth:
        is_one = truth["downloads"] is not None and truth["downloads"] + truth["checks"] <= 1
        if is_one and truth["id"] != LOOP:
            chosen.setdefault(truth["client"], []).append(truth["id"])
    return chosen


def _acts(chance: random.Random) -> Iterator[datetime]:
    """When an origin acts: mostly hours apart, sometimes minutes, sometimes seconds after it has finished."""
    moment = FIRST + timedelta(seconds=chance.uniform(0, 20 * 3600))
    for _ in range(chance.randint(20, 60)):
        yield moment
        pause = chance.choices(((15, 30), (30, 300), (3600, 8 * 3600)), weights=(1, 2, 7))[0]
        # The longest recorded scenario takes 13 s.
        moment += timedelta(seconds=15 + chance.uniform(*pause))


def _rollouts(chance: random.Random) -> Iterator[datetime]:
    """When one of many machines behind an address acts: within half a minute of a full hour."""
    for hour in sorted(chance.sample(range(24 * DAYS), 30)):
        yield FIRST + timedelta(hours=hour, seconds=chance.uniform(0, 30))


def _replayed(
    recorded: list[Line], at: datetime, address: str, renaming: Renaming, instance: int, chance: random.Random
) -> Iterator[Line]:
    by = at - min(started_at(line) for line in recorded)
    for line in recorded:
        # A client keeps a connection, and a connection a node.
        node = chance.random() < 0.5
        skewed = by + timedelta(seconds=CLOCK_SKEW_S if node else 0)
        yield moved(renaming.line(line, str(instance)), skewed, address) | {"node": f"gw-{int(node) + 1}"}
