"""A truth spliced from recorded scenarios: who they are is decided here, and told to nobody else.

Each member of the cast asks for a host name of its own, which no rule reads: it ties a pull to its member.
Among them are the ones that look like something else: that is what makes a precision worth stating.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

from samples import clients as c
from tests.support.factories import Traffic
from tests.support.layouts import Corpus, Line, moved, started_at

Environment = Literal["ci", "production", "workstation", "own"]
FIRST = datetime(2026, 3, 2, tzinfo=UTC)  # A Monday.
DAYS = 28
REPOSITORY = "acme/app"

DOCKER_ON_AZURE = c._docker("6.8.0-1021-azure", "Docker-Client/{version} (linux)", releases=("27.3.1",))
DOCKER_ON_AWS = c._docker("6.8.0-1021-aws", "Docker-Client/{version} (linux)", releases=("27.3.1",))
TESTS_ON_DESKTOP = c._docker("6.10.14-linuxkit", "tc-java/1.20.4", "arm64", ("27.1.1",))

When = Literal["evenings", "workdays", "nightly", "steady", "weekly"]


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the cast: `count` origins in the networks in turn (the first three numbers of an address).

    `scenarios`: one of them at each act. `is_new_each_time`: another address for each act.
    """

    name: str
    environment: Environment
    count: int
    networks: tuple[str, ...]
    user_agents: tuple[str, ...]
    scenarios: tuple[str, ...]
    when: When
    is_new_each_time: bool = False
    pushes: bool = False


HOMES = ("73.12.9", "79.193.40", "81.226.3", "90.3.77", "77.162.8", "83.34.5", "86.130.2", "24.48.1")
AWS, GCP, AZURE = (
    ("54.210.8", "18.184.66", "13.126.9"),
    ("34.86.14", "34.89.130"),
    ("40.71.5", "52.166.7", "4.148.3"),
)
HOSTING = ("88.198.7", "104.131.6", "51.75.17", "95.216.12")
COMPANIES = ("53.1.7", "19.1.8", "130.76.3", "139.15.4")
PERSON = ("docker.cold-tag", "docker.two-tags", "docker.warm-tag", "docker.run-missing")
CLUSTER = ("cri-containerd.cold-tag", "cri-containerd.warm-tag", "cri-containerd.warm-tag", "ctr.two-tags")

CAST = (
    Member("mac", "workstation", 6, HOMES, c.DESKTOP_MAC.versions, PERSON, "evenings"),
    Member("windows", "workstation", 5, HOMES[2:], c.DESKTOP_WINDOWS.versions, PERSON, "evenings"),
    Member("mac at work", "workstation", 3, COMPANIES, c.DESKTOP_MAC.versions, PERSON, "workdays"),
    Member("linux", "workstation", 4, HOMES, c.DOCKER_LINUX.versions, PERSON, "evenings"),
    Member(
        "podman", "workstation", 3, HOMES, c.PODMAN.versions,
        ("podman.cold-tag", "podman.two-tags"), "evenings",
    ),
    Member(
        "nerdctl", "workstation", 2, HOMES, c.NERDCTL.versions,
        ("ctr.cold-tag", "ctr.two-tags"), "evenings",
    ),
    # Looks like CI: tests, and builds, on somebody's own machine.
    Member("tests at home", "workstation", 2, HOMES[4:], TESTS_ON_DESKTOP, ("docker.cold-tag",), "evenings"),
    Member("builds at home", "workstation", 2, HOMES[5:], c.BUILDKIT.versions, ("ctr.cold-tag",), "evenings"),
    # Looks like production: a cluster on a laptop.
    Member(
        "kind", "workstation", 2, HOMES[6:], c.CONTAINERD.versions,
        ("ctr.cold-tag", "ctr.warm-tag"), "evenings",
    ),
    Member(
        "hosted runner", "ci", 3, AZURE, DOCKER_ON_AZURE,
        ("docker.cold-tag",), "workdays", is_new_each_time=True,
    ),
    Member("hosted tests", "ci", 3, AZURE, c.TESTCONTAINERS.versions, ("docker.cold-tag",), "workdays", True),
    Member(
        "build", "ci", 4, AWS + GCP, c.BUILDKIT.versions,
        ("ctr.cold-tag", "ctr.cold-singlearch"), "workdays",
    ),
    Member(
        "buildah", "ci", 3, GCP + HOSTING, c.BUILDAH.versions,
        ("buildah.cold-tag", "buildah.bud"), "workdays",
    ),
    Member("woodpecker", "ci", 2, HOSTING, c.WOODPECKER.versions, ("docker.fullcold",), "workdays"),
    # Looks like a server, a person at home, and a production cluster.
    Member("runner in a cloud", "ci", 2, AWS, DOCKER_ON_AWS, ("docker.cold-tag",), "workdays"),
    Member("runner at home", "ci", 1, HOMES[7:], c.DOCKER_LINUX.versions, ("docker.cold-tag",), "workdays"),
    Member("pods of a CI system", "ci", 1, GCP, c.CONTAINERD.versions, ("ctr.cold-tag",), "workdays"),
    Member("cluster", "production", 8, AWS + GCP + AZURE, c.CONTAINERD.versions, CLUSTER, "steady"),
    Member(
        "cri-o", "production", 3, COMPANIES, c.CRIO.versions,
        ("podman.cold-tag", "podman.warm-tag"), "steady",
    ),
    Member("k3s", "production", 4, HOSTING, c.K3S.versions, CLUSTER, "steady"),
    Member(
        "swarm", "production", 2, HOSTING, c.SWARM.versions,
        ("docker.cold-tag", "docker.warm-tag"), "nightly",
    ),
    Member("server", "production", 2, HOSTING[2:], c.DOCKER_LINUX.versions, ("docker.warm-tag",), "nightly"),
    # Looks like a hosted runner, as long as it has come once only; and like a machine at home.
    Member(
        "server in azure", "production", 1, AZURE, DOCKER_ON_AZURE,
        ("docker.cold-tag", *3 * ("docker.warm-tag",)), "nightly",
    ),
    Member("k3s at home", "production", 1, HOMES, c.K3S.versions, CLUSTER, "steady"),
    Member(
        "release machine", "own", 1, COMPANIES[1:], c.DOCKER_LINUX.versions,
        PERSON, "weekly", pushes=True,
    ),
    Member("release job", "own", 1, AZURE, c.BUILDKIT.versions, ("ctr.cold-tag",), "weekly", pushes=True),
)  # fmt: skip

TRUTH: dict[str, Environment] = {member.name: member.environment for member in CAST}


def host_of(member: str, place: int) -> str:
    """The host name that an origin asks for."""
    return f"{member.replace(' ', '-')}.{place}.example"


def member_of(host: str) -> str:
    """The member who asks for a host name."""
    return host.split(".")[0].replace("-", " ") if not host.startswith("cri-o.") else "cri-o"


def lines(corpus: Corpus) -> list[Line]:
    """All that the cast does, in the order of a log."""
    played = [
        line for member in CAST for place in range(member.count) for line in _acts(corpus, member, place)
    ]
    return sorted(played, key=lambda line: float(line["msec"]))


def _acts(corpus: Corpus, member: Member, place: int) -> Iterator[Line]:
    chance = Random(f"{member.name} {place}")
    address = _address(member, place, chance)
    agent = member.user_agents[place % len(member.user_agents)]
    for number, at in enumerate(_starts(member.when, chance)):
        if member.is_new_each_time:
            address = _address(member, place, chance)
        if member.pushes and number % 3 == 0:
            yield from _push(member, place, address, agent, at - timedelta(minutes=30))
        recorded = corpus.lines(chance.choice(member.scenarios))
        by = at - min(started_at(line) for line in recorded)
        for index, line in enumerate(recorded):
            identity = f"{member.name} {place} {number} {index}"
            yield moved(line, by, address) | {
                "user_agent": agent if line["user_agent"] else "",
                "host": host_of(member.name, place),
                "request_id": hashlib.sha256(identity.encode()).hexdigest()[:32],
            }


def _push(member: Member, place: int, address: str, agent: str, at: datetime) -> Iterator[Line]:
    """What is not recorded: a manifest that the registry accepts (201, distribution's API)."""
    traffic = Traffic(REPOSITORY, address, agent)
    traffic.manifest(at, "PUT", "latest", status=201)
    for line in traffic.lines:
        identity = f"push {member.name} {place} {at}"
        yield line | {
            "host": host_of(member.name, place),
            "request_id": hashlib.sha256(identity.encode()).hexdigest()[:32],
        }


def _address(member: Member, place: int, chance: Random) -> str:
    return f"{member.networks[place % len(member.networks)]}.{chance.randrange(1, 255)}"


def _starts(when: When, chance: Random) -> list[datetime]:
    """The moments of a habit, in order, an hour apart at least."""
    if when == "nightly":
        moments = [FIRST + timedelta(days=day, hours=3, seconds=chance.randrange(60)) for day in range(DAYS)]
    elif when == "steady":
        moments = [
            FIRST + timedelta(days=day, hours=hours, minutes=chance.randrange(300))
            for day in range(DAYS)
            for hours in (0, 12)
            if chance.random() < 0.6
        ]
    elif when == "weekly":
        moments = [FIRST + timedelta(days=day, hours=10) for day in range(0, DAYS, 3)]
    elif when == "workdays":
        moments = [
            FIRST + timedelta(days=day, hours=8, minutes=chance.randrange(540))
            for day in range(DAYS)
            if day % 7 < 5 and chance.random() < 0.7
        ]
    else:
        moments = [
            FIRST + timedelta(days=day, hours=17, minutes=chance.randrange(360))
            for day in range(DAYS)
            if chance.random() < 0.3
        ]
    return sorted(moments)
