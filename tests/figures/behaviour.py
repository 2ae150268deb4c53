"""Timers, people and clusters of June 2026: nobody but `PERSON` and `OFFICE` starts anything by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.support.factories import CONTAINERD, DOCKER, Traffic

Line = dict[str, Any]
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)

NAT, JITTER_50, JITTER_30, JITTER_10 = "nat/app", "jitter/50", "jitter/30", "jitter/10"
BURST, OFFICE, CLUSTER, PERSON, TRIES = "burst/nine", "office/app", "cluster/app", "person/app", "tries/app"
SUNDAYS_OFF, FRIDAYS_OFF, NIGHTLY, AGAIN = (
    "office/six-days",
    "office/from-sunday",
    "timer/nightly",
    "tries/again",
)
PERIOD = 6 * HOUR
# Timers behind one address: in which minute of their period each comes; period; turns; begin of the first.
BEHIND_ONE = {
    "behind/hourly": ((0, 0.75, 1.6, 2.5), HOUR, 9, 15 * HOUR),
    "behind/six-hourly": ((0, 7, 20, 31), 6 * HOUR, 28, 0 * HOUR),
    "behind/nightly": ((0, 7, 31, 70, 72), DAY, 10, 2 * HOUR),
    "behind/noon-and-night": ((0, 5, 11, 540, 545, 551), DAY, 10, 3 * HOUR),
    "behind/weekly": ((0, 30, 50, 120, 300), 7 * DAY, 6, 4 * HOUR),
}
# Minutes at which machines of one company take an image, and what that is.
ROLLOUTS = {
    "rollout/three": ((0, 8, 16), "deployment"),
    "rollout/five": ((0, 9, 18, 27, 36), "deployment"),
    "rollout/two": ((0, 8), "unknown"),
    "rollout/apart": ((0, 11, 22, 33), "unknown"),
}
# What the person looks up on two days, after midnight: two tags, irregular.
PERSONS = ((9, 0), (9, 1), (11, 30), (11, 31), (16, 2)), ((8, 10), (13, 0), (13, 2), (18, 44), (18, 45))


def timers_behind_one_address() -> list[Line]:
    """Six timers of five minutes with two tags between them, for one day."""
    traffic = Traffic(NAT, "198.51.100.10")
    looks = [
        (MONDAY + number * 37 * SECOND + turn * 5 * MINUTE, ("latest", "1.0")[number % 2])
        for number in range(6)
        for turn in range(288)
    ]
    for at, tag in sorted(looks):
        traffic.manifest(at, "HEAD", tag)
    return traffic.lines


def jittery(repository: str, jitter: float, address: str, *others: str) -> list[Line]:
    """A timer of six hours over two weeks, each turn early or late by up to `jitter` of the period.

    `others`: tags that it asks for too, a second later.
    """
    random = Random(7)
    traffic = Traffic(repository, address)
    for turn in range(56):
        at = MONDAY + (turn + 1 + jitter * random.uniform(-1, 1)) * PERIOD
        for number, tag in enumerate(("latest", *others)):
            traffic.manifest(at + number * SECOND, "HEAD", tag)
    return traffic.lines


def behind_one(repository: str, address: str) -> list[Line]:
    """Timers of BEHIND_ONE, which ask for two tags between them."""
    phases, period, turns, first = BEHIND_ONE[repository]
    traffic = Traffic(repository, address)
    for turn in range(turns):
        for number, minutes in enumerate(phases):
            at = MONDAY + first + turn * period + minutes * MINUTE
            traffic.manifest(at, "HEAD", ("latest", "1.0")[number % 2])
    return traffic.lines


def rollout(repository: str, third: int) -> list[Line]:
    """Machines of one company take the same image, one after the other."""
    lines: list[Line] = []
    for number, minutes in enumerate(ROLLOUTS[repository][0], start=1):
        traffic = Traffic(repository, f"53.1.{third}.{number}", CONTAINERD)
        traffic.cold_pull(MONDAY + 10 * HOUR + minutes * MINUTE, "1.0", name=repository)
        lines += traffic.lines
    return lines


def burst() -> list[Line]:
    """Nine tags, looked up once, three seconds apart."""
    traffic = Traffic(BURST, "198.51.100.14")
    for number in range(9):
        traffic.manifest(MONDAY + 9 * HOUR + number * 3 * SECOND, "HEAD", f"tag-{number}")
    return traffic.lines


def tries() -> list[Line]:
    """One tag, five times, three seconds apart."""
    traffic = Traffic(TRIES, "198.51.100.18")
    for number in range(5):
        traffic.manifest(MONDAY + 9 * HOUR + number * 3 * SECOND, "HEAD", "latest")
    return traffic.lines


def tries_again() -> list[Line]:
    """One tag, four times, four seconds apart: on three days."""
    traffic = Traffic(AGAIN, "198.51.100.19")
    for day in (0, 3, 8):
        for number in range(4):
            traffic.manifest(MONDAY + day * DAY + 10 * HOUR + number * 4 * SECOND, "HEAD", "latest")
    return traffic.lines


def mornings(repository: str, address: str, weekdays: Iterable[int], hours: float = 1) -> list[Line]:
    """One look-up from 8:30 on, within so many hours, on these weekdays (Monday: 0) of three weeks."""
    random = Random(3)
    traffic = Traffic(repository, address)
    for day in range(21):
        if day % 7 in weekdays:
            at = MONDAY + day * DAY + 8.5 * HOUR + hours * random.random() * HOUR
            traffic.manifest(at, "HEAD", "latest")
    return traffic.lines


def irregular(repository: str, address: str, agent: str) -> list[Line]:
    """Two tags, in turn, at the times of PERSONS."""
    traffic = Traffic(repository, address, agent)
    for day, times in enumerate(PERSONS):
        for number, (hour, minute) in enumerate(times):
            at = MONDAY + day * DAY + hour * HOUR + minute * MINUTE
            traffic.manifest(at, "HEAD", ("latest", "1.0")[number % 2])
    return traffic.lines


def lines() -> list[Line]:
    """All of them."""
    return [
        *timers_behind_one_address(),
        *jittery(JITTER_50, 0.5, "198.51.100.11", "1.0"),
        *jittery(JITTER_30, 0.3, "198.51.100.12"),
        *jittery(JITTER_10, 0.1, "198.51.100.13"),
        *burst(),
        *tries(),
        *tries_again(),
        *mornings(OFFICE, "198.51.100.15", range(5)),
        *mornings(SUNDAYS_OFF, "198.51.100.20", range(6)),
        *mornings(FRIDAYS_OFF, "198.51.100.21", (6, 0, 1, 2, 3)),
        *mornings(NIGHTLY, "198.51.100.22", range(7), hours=0),
        *irregular(CLUSTER, "198.51.100.16", CONTAINERD),
        *irregular(PERSON, "198.51.100.17", DOCKER),
        *(
            line
            for number, repository in enumerate(BEHIND_ONE)
            for line in behind_one(repository, f"198.51.100.{30 + number}")
        ),
        *(line for third, repository in enumerate(ROLLOUTS) for line in rollout(repository, third)),
    ]
