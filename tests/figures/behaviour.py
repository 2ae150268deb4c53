"""Timers, people and clusters of June 2026: nobody but `PERSON` and `OFFICE` starts anything by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.support.factories import CONTAINERD, DOCKER, Traffic

Line = dict[str, Any]
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)

NAT, JITTER_50, JITTER_30, JITTER_10 = "nat/app", "jitter/50", "jitter/30", "jitter/10"
BURST, OFFICE, CLUSTER, PERSON, TRIES = "burst/nine", "office/app", "cluster/app", "person/app", "tries/app"
PERIOD = 6 * HOUR
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


def office() -> list[Line]:
    """Somebody who looks a tag up between 8:30 and 9:30 of three weeks' working days."""
    random = Random(3)
    traffic = Traffic(OFFICE, "198.51.100.15")
    for day in range(21):
        if day % 7 < 5:
            traffic.manifest(MONDAY + day * DAY + 8.5 * HOUR + random.random() * HOUR, "HEAD", "latest")
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
        *office(),
        *irregular(CLUSTER, "198.51.100.16", CONTAINERD),
        *irregular(PERSON, "198.51.100.17", DOCKER),
    ]
