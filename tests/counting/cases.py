"""Small traffic whose counts are known by hand, each case on a repository of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.factories import CRIO, IMAGE, Traffic, digest

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Case:
    """Traffic, and what must be counted: worked out by hand from contract C and the talk."""

    name: str
    lines: list[dict[str, Any]]
    downloads: int
    checks: int
    docker_rule: int


def all_cases() -> list[Case]:
    """Every case."""
    return [
        talk_first_table(with_layers=False),
        talk_first_table(with_layers=True),
        talk_second_table(with_layers=False),
        talk_second_table(with_layers=True),
        multi_platform_image(),
        cri_o_fetches_everything_twice(),
        nothing_but_a_configuration(),
    ]


def talk_first_table(with_layers: bool) -> Case:
    """The talk, "Time series of requests": as printed no layer was requested.

    HEAD and GET at 12:00 are one look-up; then four HEADs. Docker's rule: one GET, rounded up to one pull.
    """
    name = "talk/first" + ("-with-layers" if with_layers else "")
    traffic = Traffic(name, "198.51.100.21")
    traffic.manifest("2026-06-01 12:00:00", "HEAD", "latest")
    traffic.manifest("2026-06-01 12:00:00.020", "GET", "latest", IMAGE)
    if with_layers:
        traffic.layers(datetime(2026, 6, 1, 12, 0, 0, 40_000, UTC), name)
    for minute in ("05", "10", "15", "20"):
        traffic.manifest(f"2026-06-01 12:{minute}:00", "HEAD", "latest")
    return Case(name, traffic.lines, *((1, 4) if with_layers else (0, 5)), docker_rule=1)


def talk_second_table(with_layers: bool) -> Case:
    """The talk, "Versus this one": irregular, several versions; two GETs, so Docker's rule says two.

    Look-ups: 12:00, 13:09, 13:09, 13:10 on one day; 09:01 (another tag), 09:03, 09:10 on the next: seven.
    """
    name = "talk/second" + ("-with-layers" if with_layers else "")
    traffic = Traffic(name, "198.51.100.22")
    for day_and_time, tag, layers in (
        ("2026-06-02 12:00:00", "latest", True),
        ("2026-06-02 13:09:00", "latest", False),
        ("2026-06-02 13:09:00", "latest", False),
        ("2026-06-02 13:10:00", "latest", False),
        ("2026-06-03 09:01:00", "1.0.1", True),
        ("2026-06-03 09:03:00", "latest", False),
        ("2026-06-03 09:10:00", "latest", False),
    ):
        traffic.manifest(day_and_time, "HEAD", tag)
        if layers:
            moment = datetime.fromisoformat(day_and_time).replace(tzinfo=UTC)
            traffic.manifest(moment + SECOND / 50, "GET", tag, IMAGE)
            if with_layers:
                traffic.layers(moment + SECOND / 25, f"{name}-{tag}")
    return Case(name, traffic.lines, *((2, 5) if with_layers else (0, 7)), docker_rule=2)


def multi_platform_image() -> Case:
    """A pull of a multi-arch image counts once: index and manifest are two GETs of one pull."""
    traffic = Traffic("cases/multi-platform", "198.51.100.23")
    traffic.cold_pull(datetime(2026, 6, 4, 8, tzinfo=UTC), "latest")
    return Case("cases/multi-platform", traffic.lines, downloads=1, checks=0, docker_rule=1)


def cri_o_fetches_everything_twice() -> Case:
    """cri-o up to 1.30: tag, manifest, tag, manifest, then the blobs (issue 5039): one download."""
    name = "cases/cri-o"
    traffic = Traffic(name, "198.51.100.24", CRIO)
    begun = datetime(2026, 6, 5, 8, tzinfo=UTC)
    for offset in (0, 300):
        traffic.manifest(begun + timedelta(milliseconds=offset), "GET", "latest")
        traffic.manifest(begun + timedelta(milliseconds=offset + 40), "GET", digest(f"{name}-amd64"), IMAGE)
    traffic.layers(begun + SECOND, name)
    return Case(name, traffic.lines, downloads=1, checks=0, docker_rule=2)


def nothing_but_a_configuration() -> Case:
    """podman looks up an image that it has: tag, manifest, configuration. No layer, so a version check."""
    name = "cases/configuration"
    traffic = Traffic(name, "198.51.100.25", "containers/5.23.1 (github.com/containers/image)")
    begun = datetime(2026, 6, 6, 8, tzinfo=UTC)
    traffic.manifest(begun, "GET", "latest")
    traffic.manifest(begun + SECOND / 50, "GET", digest(f"{name}-amd64"), IMAGE)
    traffic.blob(begun + SECOND / 25, f"{name}-config", 1_500)
    return Case(name, traffic.lines, downloads=0, checks=1, docker_rule=1)
