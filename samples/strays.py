"""Lines that belong to no act: pings, a TLS greeting on a plain port, tag listings, one broken line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from samples.corpus import Scenario
from samples.networks import HOSTING, draw_address
from samples.replay import DAY_MS, NODES, Line, replay_line
from samples.span import DAYS, rng

# (scenario, index of the line): recorded lines, taken alone.
STRAYS = (
    ("podman.cold-tag", 0),  # GET /v2/
    ("podman.plain-direct", 0),  # TLS on a plain port: nginx logs neither method nor path, and status 400
    ("skopeo.inspect-tags", 1),  # GET tags/list
)
BROKEN_LINES = 1
BROKEN_ON_DAY = 17


def stray_scenarios() -> set[str]:
    """The scenarios from which stray lines are taken."""
    return {scenario for scenario, _ in STRAYS}


def stray_addresses() -> list[str]:
    """One address for each kind of stray."""
    return [draw_address(HOSTING[i], rng("stray", i, "address")) for i in range(len(STRAYS))]


def stray_lines(scenarios: dict[str, Scenario]) -> Iterator[Line]:
    """One line of each kind a day, a ping on each node; and once a line that its writer did not finish."""
    for number, (address, (scenario, index)) in enumerate(zip(stray_addresses(), STRAYS, strict=True)):
        random = rng("stray", number, "times")
        for day in range(DAYS):
            start_ms = day * DAY_MS + random.randrange(60_000, DAY_MS - 60_000)
            line = replay_line(address, start_ms, scenarios[scenario], index)
            yield line
            if number == 0:
                yield replay_line(address, start_ms + 1000, scenarios[scenario], index, node=NODES[1])
                if day == BROKEN_ON_DAY:
                    # No JSON any more, but the address is still in it: what the quarantine must not show.
                    yield replace(line, text=line.text[: len(line.text) // 2])
