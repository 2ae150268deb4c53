"""From recorded scenarios to log lines: new time, address and request ids; the rest as recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from samples.corpus import Scenario, milliseconds
from samples.origins import Origin, starts_of
from samples.span import DAY_S, DAYS, FIRST_DAY, SEED, START_S

HOST = "images.acme.example"
NODES = ("gw-1", "gw-2")
DAY_MS = DAY_S * 1000
# Two acts of one origin stay apart, and none runs over midnight: then the truth of a day is beyond dispute.
APART_MS = 180_000
BEFORE_MIDNIGHT_MS = 60_000

# What contract A knows of a recorded line; the recording's other fields (accept, connection, …) are left out.
RECORDED_FIELDS = (
    "scheme", "method", "uri", "request_uri", "args", "protocol", "status", "bytes_sent", "body_bytes_sent",
    "request_time", "request_completion", "range", "has_authorization", "resp_digest", "resp_content_type",
    "resp_content_length",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """One replay of a scenario. `start_ms`: when its first request begins, since the first midnight UTC."""

    origin: Origin
    start_ms: int
    scenario: str

    @property
    def day(self) -> date:
        """The UTC day on which it begins and ends."""
        return FIRST_DAY + timedelta(days=self.start_ms // DAY_MS)


@dataclass(frozen=True, slots=True)
class Line:
    """A log line. `written_ms`: ms since 1970, the end of the request."""

    written_ms: int
    node: str
    text: str


def acts_of(origin: Origin) -> list[Act]:
    """What an origin does during the span, in order. Too near to the act before, or to midnight: left out."""
    acts: list[Act] = []
    for start_ms, scenario in sorted(starts_of(origin)):
        is_inside = origin.from_day * DAY_MS <= start_ms < DAYS * DAY_MS
        is_before_midnight = start_ms % DAY_MS < DAY_MS - BEFORE_MIDNIGHT_MS
        is_apart = not acts or start_ms - acts[-1].start_ms >= APART_MS
        if is_inside and is_before_midnight and is_apart:
            acts.append(Act(origin, start_ms, scenario))
    return acts


def replay(act: Act, scenario: Scenario) -> Iterator[Line]:
    """The lines of one act, in the order in which they are written."""
    user_agent = act.origin.user_agent(act.start_ms // DAY_MS)
    for index in range(len(scenario.lines)):
        yield replay_line(act.origin.address, act.start_ms, scenario, index, user_agent)


def replay_line(
    address: str,
    start_ms: int,
    scenario: Scenario,
    index: int,
    user_agent: str | None = None,
    node: str | None = None,
) -> Line:
    """One recorded line at another time: `start_ms` is the scenario's begin since the first midnight UTC.

    The distance to the scenario's begin, and so every gap inside it, stays as recorded to the millisecond. A
    `user_agent` takes the place of the recorded one, if that is not empty; a `node` that of the line's own.
    """
    recorded = scenario.lines[index]
    written_ms = START_S * 1000 + start_ms + milliseconds(recorded["msec"]) - scenario.began_ms
    node = node or node_of(recorded)
    fields: dict[str, Any] = {
        "msec": f"{written_ms // 1000}.{written_ms % 1000:03d}",
        "request_id": _request_id(address, start_ms, scenario.id, index),
        "remote_addr": address,
        "x_forwarded_for": "",
        "node": node,
        "host": HOST,
        "user_agent": (user_agent or recorded["user_agent"]) if recorded["user_agent"] else "",
    }
    fields |= {name: recorded[name] for name in RECORDED_FIELDS}
    return Line(written_ms, node, json.dumps(fields, ensure_ascii=False))


def node_of(recorded: dict[str, Any]) -> str:
    """gw-2 is the node that redirects (recorded as gateway variants A…), gw-1 the one that proxies."""
    return NODES[1] if recorded["variant"].startswith("A") else NODES[0]


def _request_id(*parts: object) -> str:
    return blake2b("/".join([SEED, *map(str, parts)]).encode(), digest_size=16).hexdigest()
