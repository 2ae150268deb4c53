"""The cast: who appears in the sample, from where, with what, and how it behaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from samples import clients as c
from samples import networks as n
from samples.behaviour import Anyday, Behaviour, Nightly, Poll, Rollout, Workdays
from samples.span import DAYS, rng


@dataclass(frozen=True, slots=True)
class Habit:
    """What is done when: one of the scenarios at each start of the behaviour."""

    when: Behaviour
    scenarios: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """A line of the cast.

    `count` origins take the networks in turn. `joins`: half of them appear in the course of the first four
    weeks only. `from_day`: none appears before this day of the span (0 = the first). `at_home_of`: they share
    the addresses of that role, under another client: two origins, one endpoint.
    """

    name: str
    count: int
    networks: tuple[n.Network, ...]
    client: c.Client
    habits: tuple[Habit, ...]
    joins: bool = False
    from_day: int = 0
    at_home_of: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """One client on one address. `upgraded_on`: the day from which it runs the next version, if any."""

    number: int
    role: Role
    place: int
    network: n.Network
    address: str
    from_day: int
    version: int
    upgraded_on: int

    def user_agent(self, day: int) -> str | None:
        """What it calls itself on this day of the span; None: what was recorded."""
        versions = self.role.client.versions
        if not versions:
            return None
        return versions[min(self.version + (day >= self.upgraded_on), len(versions) - 1)]


OFFICE = n.BUSINESSES + n.UNIVERSITIES
AZURE = tuple(network for network in n.CLOUDS if network.operator.startswith("Azure"))

CAST = (
    # Timers: they dominate every counter that does not ask whether anything was downloaded.
    Role("deploy controller", 1, n.CLOUDS[:1], c.CONTAINERD_RECORDED, (
        Habit(Poll(300), ("cri-containerd.warm-tag",)),
    ), from_day=35),
    Role("podman timer, half-hourly", 1, n.HOSTING[3:4], c.PODMAN_RECORDED, (
        Habit(Poll(1800), ("podman.auto-update-like",)),
    )),
    Role("podman timer, hourly", 1, n.PROVIDERS[6:7], c.PODMAN_RECORDED, (
        Habit(Poll(3600), ("podman.warm-tag",)),
    )),
    Role("home server", 14, n.PROVIDERS[::2], c.DOCKER_LINUX, (
        Habit(Nightly(4), ("docker.warm-tag",)),
        Habit(Anyday(0.2), ("docker.cold-tag",)),
    ), joins=True),
    Role("home-made checker", 1, n.HOSTING[-1:], c.PYTHON, (Habit(Nightly(6), ("python-requests.loop",)),)),
    # Production.
    Role("cluster", 24, n.CLOUDS, c.CONTAINERD, (
        Habit(Anyday(1), ("cri-containerd.cold-tag", "cri-containerd.cold-tag", "cri-containerd.two-tags")),
        Habit(Anyday(3), ("cri-containerd.warm-tag",)),
    ), joins=True),
    Role("arm64 cluster", 4, n.CLOUDS[2:6], c.CONTAINERD, (Habit(Anyday(1), ("ctr.arm64",)),)),
    Role("cluster pinned by digest", 3, n.CLOUDS[6:9], c.CONTAINERD, (Habit(Anyday(0.5), ("ctr.digest",)),)),
    Role("edge cluster", 10, n.HOSTING + n.BUSINESSES[:2], c.K3S, (
        Habit(Anyday(1), (
            "ctr.cold-tag-A307", "ctr.cold-tag-A302", "ctr.cold-tag-A308", "ctr.cold-tag-A301",
        )),
    ), joins=True),
    Role("edge cluster as recorded", 2, n.HOSTING[6:], c.CONTAINERD_RECORDED, (
        Habit(Anyday(1), (
            "cri-containerd.cold-tag-A307", "cri-containerd.cold-tag-A308", "cri-containerd.cold-tag-A301",
        )),
    )),
    Role("cluster on a token gateway", 3, n.CLOUDS[9:], c.CONTAINERD, (
        Habit(Anyday(1), ("ctr.cold-tag-Ctoken",)),
    )),
    Role("cri-o cluster", 6, n.BUSINESSES[2:] + n.CLOUDS[4:6], c.CRIO, (
        Habit(Anyday(1), ("podman.cold-tag",)),
        Habit(Anyday(2), ("podman.warm-tag",)),
    )),
    Role("swarm", 4, n.HOSTING, c.SWARM, (
        Habit(Anyday(0.5), ("docker.cold-tag", "docker.run-missing")),
        Habit(Anyday(2), ("docker.warm-tag",)),
    )),
    Role("fleet behind one address", 4, n.BUSINESSES[:2] + n.PROVIDERS[18:20], c.CONTAINERD, (
        Habit(Rollout(1, 6), ("ctr.cold-tag", "cri-containerd.cold-tag")),
    )),
    # Builds and tests.
    Role("hosted runner", 16, AZURE, c.TESTCONTAINERS, (
        Habit(Workdays(0.4), ("docker.cold-tag", "docker.run-missing", "docker.fullcold")),
    )),
    Role("macOS runner", 6, n.GITHUB_MACOS, c.CRANE, (
        Habit(Workdays(0.3), ("crane.cold-tag", "crane.arm64", "crane.cold-singlearch")),
    )),
    Role("woodpecker", 3, n.HOSTING[2:5], c.WOODPECKER, (Habit(Workdays(1), ("docker.fullcold",)),)),
    Role("buildah job", 6, n.CLOUDS[7:10], c.BUILDAH, (
        Habit(Workdays(0.4), (
            "buildah.bud", "buildah.cold-tag", "buildah.cold-singlearch", "buildah.bud-pull-always",
        )),
    )),
    Role("BuildKit job", 8, n.CLOUDS[:5], c.BUILDKIT, (
        Habit(Workdays(0.4), ("ctr.cold-tag", "ctr.cold-singlearch", "ctr.warm-tag")),
    )),
    Role("classic builder", 2, n.BUSINESSES[3:], c.DOCKER_RECORDED, (
        Habit(Workdays(0.3), ("docker.build-classic",)),
    )),
    Role("unnamed build tool", 4, n.CLOUDS[6:8], c.UNNAMED_GO, (Habit(Workdays(0.3), ("crane.cold-tag",)),)),
    # People.
    Role("Mac", 20, n.PROVIDERS + n.BUSINESSES[1:2], c.DESKTOP_MAC, (
        Habit(Anyday(0.8), ("docker.arm64",)),
        Habit(Anyday(0.4), ("docker.warm-tag",)),
    ), joins=True),
    Role("Windows machine", 14, n.PROVIDERS[::-1], c.DESKTOP_WINDOWS, (
        Habit(Anyday(0.7), ("docker.cold-tag", "docker.cold-tag", "docker.two-tags")),
        Habit(Anyday(0.4), ("docker.warm-tag",)),
    ), joins=True),
    Role("linux workstation", 16, n.PROVIDERS[1::2] + n.UNIVERSITIES[:2], c.DOCKER_LINUX, (
        Habit(Anyday(0.8), ("docker.cold-tag", "docker.run-missing", "docker.two-tags")),
    ), joins=True),
    Role("podman beside docker", 6, n.PROVIDERS[1::2], c.PODMAN, (
        Habit(Anyday(0.5), ("podman.cold-tag", "podman.pull-newer")),
    ), at_home_of="linux workstation"),
    Role("podman laptop", 8, n.PROVIDERS[3:], c.PODMAN, (
        Habit(Anyday(0.7), ("podman.cold-tag", "podman.arm64", "podman.two-tags", "podman.cold-singlearch")),
    ), joins=True),
    Role("nerdctl user", 3, n.PROVIDERS[9:12], c.NERDCTL, (
        Habit(Anyday(0.6), ("ctr.cold-tag", "ctr.two-tags")),
    )),
    Role("compose user", 5, n.PROVIDERS[12:17], c.COMPOSE, (
        Habit(Anyday(0.6), ("compose1.up-cold",)),
    ), joins=True),
    # Offices and universities.
    Role("office", 9, n.BUSINESSES, c.DOCKER_LINUX, (
        Habit(Workdays(0.3), ("docker.cold-tag", "docker.warm-tag")),
    )),
    Role("university", 9, n.UNIVERSITIES, c.PODMAN, (
        Habit(Workdays(0.2), ("podman.cold-tag", "podman.cold-singlearch", "podman.warm-tag")),
    )),
    Role("docker through a redirect", 6, OFFICE[::2], c.DOCKER_RECORDED, (
        Habit(Anyday(0.7), ("docker.cold-tag-A307", "docker.cold-tag-A308", "docker.tls-redirect")),
    )),
    Role("podman through a redirect", 4, OFFICE[1::2], c.PODMAN_RECORDED, (
        Habit(Anyday(0.7), ("podman.cold-tag-A307", "podman.cold-tag-A308", "podman.cold-tag-A301")),
    )),
    Role("blobs by redirect", 3, n.HOSTING[4:7], c.PODMAN_RECORDED, (
        Habit(Anyday(0.7), ("podman.cold-tag-Dblobredir",)),
    )),
    Role("docker on a token gateway", 3, OFFICE[3::4], c.DOCKER_RECORDED, (
        Habit(Anyday(0.6), ("docker.cold-tag-Ctoken",)),
    )),
    Role("docker over TLS", 2, n.PROVIDERS[20:22], c.DOCKER_RECORDED, (
        Habit(Anyday(0.5), ("docker.tls-h2",)),
    )),
    Role("plain port", 1, n.PROVIDERS[22:23], c.PODMAN_RECORDED, (
        Habit(Anyday(0.5), ("podman.plain-direct",)),
    )),
    # Copies, scans, looks, artifacts.
    Role("mirror", 2, n.UNIVERSITIES[2:3] + n.PROVIDERS[21:22], c.SKOPEO, (
        Habit(Nightly(2), ("skopeo.copy-all",)),
    )),
    Role("cluster importing all platforms", 1, n.BUSINESSES[4:5], c.CONTAINERD_RECORDED, (
        Habit(Anyday(1), ("ctr.copy-all",)),
    )),
    Role("skopeo job", 4, n.HOSTING[1:5], c.SKOPEO, (
        Habit(Workdays(0.3), ("skopeo.cold-tag", "skopeo.digest", "skopeo.two-tags")),
    )),
    Role("skopeo elsewhere", 3, n.HOSTING[5:], c.SKOPEO_RECORDED, (
        Habit(Anyday(0.7), ("skopeo.cold-tag-A302", "skopeo.cold-tag-Dblobredir", "skopeo.tls-h2")),
    )),
    Role("nightly scanner", 1, n.BUSINESSES[:1], c.SYFT, (Habit(Nightly(1), ("crane.cold-tag",)),)),
    Role("release watcher", 3, n.PROVIDERS[4:7], c.SKOPEO, (
        Habit(Anyday(1), ("skopeo.inspect-image", "skopeo.inspect-raw", "skopeo.inspect-tags")),
    )),
    Role("curious user", 2, n.PROVIDERS[25:27], c.DOCKER_RECORDED, (
        Habit(Anyday(1), ("docker.inspect-manifest",)),
    )),
    Role("chart user", 5, n.CLOUDS[::3], c.PYTHON, (
        Habit(Anyday(1), ("oras-py.pull-artifact", "oras-py.pull-artifact-Ctoken")),
    )),
    # What goes wrong.
    Role("slow line", 2, n.PROVIDERS[-1:] + n.PROVIDERS[19:20], c.SKOPEO_RECORDED, (
        Habit(Anyday(0.7), ("skopeo.interrupted",)),
    )),
    Role("wrong tag", 4, n.PROVIDERS[13:17], c.DOCKER_LINUX, (
        Habit(Anyday(0.7), ("docker.unknown-tag", "docker.unknown-repo")),
    )),
    Role("cluster with a wrong tag", 1, n.CLOUDS[5:6], c.CONTAINERD, (
        Habit(Anyday(3), ("cri-containerd.unknown-tag",)),
    )),
    Role("crane against a redirect", 1, n.HOSTING[5:6], c.CRANE_RECORDED, (
        Habit(Anyday(0.7), ("crane.cold-tag-A301", "crane.cold-tag-A308", "crane.cold-tag-Dblobredir")),
    )),
)  # fmt: skip


def make_origins() -> list[Origin]:
    """All origins of the cast, always the same, numbered from 0."""
    origins: list[Origin] = []
    for role in CAST:
        for place in range(role.count):
            origins.append(_origin(role, place, len(origins)))
    return origins


def scenario_ids() -> set[str]:
    """The scenarios that the cast replays."""
    return {scenario for role in CAST for habit in role.habits for scenario in habit.scenarios}


def starts_of(origin: Origin) -> Iterator[tuple[int, str]]:
    """(start in ms since the first midnight UTC, scenario id) of all acts of an origin, unordered."""
    random = rng(origin.role.name, origin.place, "acts")
    for habit in origin.role.habits:
        for start in habit.when.starts(origin.network.utc_offset_h * 3600, random):
            yield start * 1000 + random.randrange(1000), random.choice(habit.scenarios)


def _origin(role: Role, place: int, number: int) -> Origin:
    home = rng(role.at_home_of or role.name, place, "address")
    own = rng(role.name, place, "versions")
    network = role.networks[place % len(role.networks)]
    return Origin(
        number=number,
        role=role,
        place=place,
        network=network,
        address=n.draw_address(network, home),
        from_day=role.from_day or _joining_day(role, own),
        version=own.randrange(max(1, len(role.client.versions))),
        upgraded_on=own.randrange(7, 2 * DAYS),
    )


def _joining_day(role: Role, random: Random) -> int:
    return random.randrange(28) if role.joins and random.random() < 0.5 else 0
