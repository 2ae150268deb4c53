"""Six even weeks of three repositories from 2 March 2026, and twelve events in the last of them.

Each day seven docker 20.10 look a tag up about three times and five containerd 1.6 about eight times; of C, a
poller sixty times more. Nobody downloads.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.support.factories import CONTAINERD, DOCKER, Traffic, digest

Line = dict[str, Any]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
BEGUN = datetime(2026, 3, 2, tzinfo=UTC)
A, B, C = "unusual/a", "unusual/b", "unusual/c"
DOCKER_27 = DOCKER.replace("docker/20.10.6", "docker/27.5.1")
# Days of the sixth week, from Monday 6 April.
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SUNDAY = 35, 36, 37, 38, 39, 41
LAST = 42
CHECKS, DOWNLOADS = "version_check_count", "download_count"
# Day, repository, measure, direction and cause of each event.
EVENTS = {
    "a machine begins to poll": (MONDAY, A, CHECKS, "high", "one_origin"),
    "a new docker asks too often": (TUESDAY, A, CHECKS, "high", "client_version"),
    "the repository cannot be reached": (WEDNESDAY, A, CHECKS, "low", "outage"),
    "most of its users cannot reach it": (THURSDAY, A, CHECKS, "low", "outage"),
    "all ask twice as often": (FRIDAY, A, CHECKS, "high", "unknown"),
    "a machine downloads in a loop": (MONDAY, B, DOWNLOADS, "high", "one_origin"),
    "a new version": (TUESDAY, B, DOWNLOADS, "high", "release"),
    "a tag moves": (WEDNESDAY, B, DOWNLOADS, "high", "release"),
    "a crowd comes": (FRIDAY, B, CHECKS, "high", "unknown"),
    "a poller is switched off": (MONDAY, C, CHECKS, "low", "one_origin"),
    "a client is no longer able to ask": (THURSDAY, B, CHECKS, "low", "client_version"),
    "the gateway writes no log": (SUNDAY, C, CHECKS, "low", "outage"),
}


def client(repository: str, number: int, agent: str | None = None) -> Traffic:
    """The n-th client of a repository: seven docker, five containerd, then whoever comes."""
    place = f"203.0.{(A, B, C).index(repository) + 113}.{number + 1}"
    return Traffic(repository, place, agent or (DOCKER if number < 7 else CONTAINERD))


def looks(traffic: Traffic, day: int, count: int, tag: str = "latest") -> None:
    """So many look-ups, spread over the day."""
    for number in range(count):
        at = BEGUN + day * DAY + (number + 0.5) * DAY / count + MINUTE * (day % 7)
        traffic.manifest(at, "HEAD", tag)


def ordinary(repository: str) -> Iterator[Line]:
    """What its clients do every day but for the events."""
    random = Random(repository)
    for number in range(12):
        traffic = client(repository, number)
        for day in range(LAST + 1):
            count = (3 if number < 7 else 8) + random.choice((-1, 0, 0, 1))
            if day == SUNDAY or (repository == A and day == WEDNESDAY):
                continue
            if repository == A and day == THURSDAY and number not in (0, 1, 7):
                continue
            if repository == B and day == THURSDAY and number >= 7:
                continue
            looks(traffic, day, 2 * count if repository == A and day == FRIDAY else count)
        yield from traffic.lines


def pulls(repository: str, day: int, tag: str, numbers: range) -> Iterator[Line]:
    """Clients that come for this alone."""
    for number in numbers:
        traffic = client(repository, number, (DOCKER, CONTAINERD)[number % 2])
        traffic.cold_pull(BEGUN + day * DAY + number * 7 * MINUTE, tag, name=f"{repository} {tag}")
        yield from traffic.lines


def events() -> Iterator[Line]:
    """What somebody does in the last week who did nothing before."""
    poller = client(A, 20)
    looks(poller, MONDAY, 200)
    yield from poller.lines
    for number in range(21, 27):
        traffic = client(A, number, DOCKER_27)
        looks(traffic, TUESDAY, 15)
        yield from traffic.lines
    loop = client(B, 20)
    for turn in range(20):
        loop.cold_pull(BEGUN + MONDAY * DAY + turn * 41 * MINUTE, "latest", name=f"{B} latest")
    yield from loop.lines
    yield from pulls(B, TUESDAY, "1.1.0", range(30, 50))
    old = client(B, 0)
    looks(old, 1, 1, "stable")
    yield from (
        line | {"resp_digest": digest("what stable meant"), "request_id": "0" * 32} for line in old.lines
    )
    yield from pulls(B, WEDNESDAY, "stable", range(50, 70))
    for number in range(100, 180):
        traffic = client(B, number, (DOCKER, CONTAINERD, DOCKER_27)[number % 3])
        looks(traffic, FRIDAY, 1)
        yield from traffic.lines
    usual = client(C, 20, "Watchtower/1.7.1")
    for day in range(LAST + 1):
        if day not in (MONDAY, SUNDAY):
            looks(usual, day, 60)
    yield from usual.lines


def lines() -> list[Line]:
    """All of it."""
    return [*ordinary(A), *ordinary(B), *ordinary(C), *events()]
