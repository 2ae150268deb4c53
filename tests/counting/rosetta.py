"""The same traffic under the published definitions: twelve scenarios, each on a repository of its own.

The numbers are those of the table "Rosetta" of the field notes, copied by hand; where our sessions make
another number, the entry says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.factories import CONTAINERD, CRIO, DOCKER, IMAGE, INDEX, Traffic, digest

MS = timedelta(milliseconds=1)
# A minute after midnight: a line is written at the end of its request, which began on the day.
DAY = datetime(2026, 7, 1, 0, 1, tzinfo=UTC)
OLD_DOCKER = "docker/19.03.13 go/go1.13.15 git-commit/4484c46d9d kernel/5.4.0 os/linux arch/amd64"
PODMAN = "containers/5.23.1 (github.com/containers/image)"
SKOPEO = "skopeo/1.14.2"
BUILDKIT = "buildkit/v0.12"
COSIGN = "cosign/v2.2.3 (linux; amd64) go-containerregistry/v0.17.0"
SIGNATURE = "sha256-" + "a1" * 32 + ".sig"

DEFINITIONS = (
    "docker_2022", "docker_per_architecture", "dvp_action", "dvp_trends", "scarf", "each_get",
    "kubernetes_complete", "odl_day", "pullhouse_pulls", "pullhouse_downloads",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scenario:
    """Traffic, the requests in it, and what each definition counts in the order of DEFINITIONS."""

    traffic: Traffic
    requests: int
    counts: tuple[int, ...]

    @property
    def expected(self) -> dict[str, int]:
        """Counts by definition."""
        return dict(zip(DEFINITIONS, self.counts, strict=True))


def every(traffic: Traffic, minutes: int, ask: Callable[[datetime], None]) -> None:
    """Ask over and over for one day."""
    for number in range(24 * 60 // minutes):
        ask(DAY + timedelta(minutes=minutes) * number)


class Scenes(Traffic):
    """One origin on one repository; every image has an index, a manifest and two blobs."""

    def index(self) -> str:
        return digest(f"{self.repository}:latest")

    def image(self, platform: str = "amd64") -> str:
        return digest(f"{self.repository}-{platform}")

    def blobs(self, at: datetime) -> None:
        """A configuration and one layer: two requests."""
        self.blob(at, f"{self.repository}-config", 1_500)
        self.blob(at + 10 * MS, f"{self.repository}-layer")

    def pull(self, at: datetime) -> None:
        """HEAD of the tag, index, manifest, blobs: five requests (A of the table)."""
        self.manifest(at, "HEAD", "latest")
        self.manifest(at + 20 * MS, "GET", self.index())
        self.manifest(at + 40 * MS, "GET", self.image(), IMAGE)
        self.blobs(at + 60 * MS)


def scenarios() -> dict[str, Scenario]:
    """All scenarios by letter; "I in turn" is I as the table assumes it, one pull after the other."""
    made = [a(), b(), c(), d(), e(), f(), g(), h(), i_in_turn(), i_at_once(), j(), k(), l()]
    return {scenario.traffic.repository.removeprefix("rosetta/"): scenario for scenario in made}


def _scenes(letter: str, user_agent: str = DOCKER, host: int = 0) -> Scenes:
    return Scenes(f"rosetta/{letter}", f"198.51.100.{100 + (host or ord(letter[0]) - ord('a'))}", user_agent)


def a() -> Scenario:
    """docker, cold, several architectures."""
    scenes = _scenes("a")
    scenes.pull(DAY)
    return Scenario(scenes, 5, (1, 1, 1, 1, 1, 2, 1, 1, 1, 1))


def b() -> Scenario:
    """docker, cold, one architecture: what the tag means is the manifest itself."""
    scenes = _scenes("b")
    scenes.manifest(DAY, "HEAD", "latest", IMAGE)
    scenes.manifest(DAY + 20 * MS, "GET", scenes.index(), IMAGE)
    scenes.blobs(DAY + 60 * MS)
    return Scenario(scenes, 4, (1, 1, 1, 1, 1, 1, 1, 1, 1, 1))


def c() -> Scenario:
    """Pulled again and up to date, by a client that GETs anyway: a version check of ours."""
    scenes = _scenes("c", OLD_DOCKER)
    scenes.manifest(DAY, "GET", "latest")
    scenes.manifest(DAY + 20 * MS, "GET", scenes.image(), IMAGE)
    return Scenario(scenes, 2, (1, 1, 1, 1, 1, 2, 0, 1, 1, 0))


def d() -> Scenario:
    """cri-o, cold, every manifest twice.

    The table's order is index, index, manifest, manifest: under Docker's table index; index and manifest;
    manifest, three actions. Recorded cri-o asks index, manifest, index, manifest, which would be two.
    """
    scenes = _scenes("d", CRIO)
    for at in (0, 20):
        scenes.manifest(DAY + at * MS, "GET", "latest")
    for at in (40, 60):
        scenes.manifest(DAY + at * MS, "GET", scenes.image(), IMAGE)
    scenes.blobs(DAY + 80 * MS)
    return Scenario(scenes, 6, (2, 1, 3, 3, 1, 4, 1, 1, 1, 1))


def e() -> Scenario:
    """A poller: HEAD every five minutes for a day, no update; 24 x 12 = 288."""
    scenes = _scenes("e")
    every(scenes, 5, lambda at: scenes.manifest(at, "HEAD", "latest"))
    return Scenario(scenes, 288, (0, 0, 0, 288, 0, 0, 0, 0, 288, 0))


def f() -> Scenario:
    """A poller: GET of index and manifest every five minutes; 2 x 288 = 576."""
    scenes = _scenes("f", OLD_DOCKER)

    def ask(at: datetime) -> None:
        scenes.manifest(at, "GET", "latest")
        scenes.manifest(at + 20 * MS, "GET", scenes.image(), IMAGE)

    every(scenes, 5, ask)
    return Scenario(scenes, 576, (288, 288, 288, 288, 288, 576, 0, 1, 288, 0))


def g() -> Scenario:
    """A kubelet, cold, pinned to a digest."""
    scenes = _scenes("g", CONTAINERD)
    scenes.manifest(DAY, "HEAD", scenes.index())
    scenes.manifest(DAY + 20 * MS, "GET", scenes.index())
    scenes.manifest(DAY + 40 * MS, "GET", scenes.image(), IMAGE)
    scenes.blobs(DAY + 60 * MS)
    return Scenario(scenes, 5, (1, 1, 1, 1, 1, 2, 1, 1, 1, 1))


def h() -> Scenario:
    """HEAD of a digest and nothing else: a pull by digest for Docker, a version check of ours."""
    scenes = _scenes("h", CONTAINERD)
    scenes.manifest(DAY, "HEAD", scenes.index())
    return Scenario(scenes, 1, (0, 0, 1, 1, 0, 0, 0, 0, 1, 0))


def i_in_turn() -> Scenario:
    """CI: fifty cold pulls behind one address, a minute apart: fifty sessions, as in the table."""
    scenes = _scenes("i-in-turn", host=8)
    for number in range(50):
        scenes.pull(DAY + timedelta(minutes=number))
    return Scenario(scenes, 250, (50, 50, 50, 50, 50, 100, 50, 1, 50, 50))


def i_at_once() -> Scenario:
    """The same fifty in one second, by a client without HEADs: nothing in the log tells them apart.

    One session for us, so one for every published definition per session, where the table has fifty; ours
    count the layer, delivered 50 times. Docker's rule still says 100 GETs / 2 = 50, since it counts
    GETs. Docker's table, literally, wants another digest next: 49 GETs of the tag alone, the fiftieth with
    the first manifest, 49 manifests alone = 99 actions.
    """
    scenes = _scenes("i-at-once", PODMAN, host=20)
    for number in range(50):
        scenes.manifest(DAY + number * MS, "GET", "latest")
        scenes.manifest(DAY + (100 + number) * MS, "GET", scenes.image(), IMAGE)
        scenes.blob(DAY + (200 + number) * MS, f"{scenes.repository}-config", 1_500)
        scenes.blob(DAY + (300 + number) * MS, f"{scenes.repository}-layer")
    return Scenario(scenes, 200, (50, 1, 99, 99, 1, 100, 1, 1, 50, 50))


def j() -> Scenario:
    """A mirror copies three architectures. Docker's table: index and a manifest, two manifests: two."""
    scenes = _scenes("j", SKOPEO)
    scenes.manifest(DAY, "GET", "latest")
    for number, platform in enumerate(("amd64", "arm64", "s390x"), start=1):
        scenes.manifest(DAY + 20 * number * MS, "GET", scenes.image(platform), IMAGE)
    scenes.blobs(DAY + 100 * MS)
    return Scenario(scenes, 6, (2, 3, 2, 2, 1, 4, 1, 1, 1, 1))


def k() -> Scenario:
    """BuildKit, metadata only: HEAD, index, manifest, attestation; no layer, so a version check of ours."""
    scenes = _scenes("k", BUILDKIT)
    scenes.manifest(DAY, "HEAD", "latest")
    scenes.manifest(DAY + 20 * MS, "GET", scenes.index())
    scenes.manifest(DAY + 40 * MS, "GET", scenes.image(), IMAGE)
    scenes.manifest(DAY + 60 * MS, "GET", scenes.image("attestation"), IMAGE)
    return Scenario(scenes, 4, (2, 2, 2, 2, 1, 3, 0, 1, 1, 0))


def l() -> Scenario:  # noqa: E743 (the table's letter)
    """cosign verify: HEAD of the tag, GET of the signature's tag: an artifact, no pull of ours."""
    scenes = _scenes("l", COSIGN)
    scenes.manifest(DAY, "HEAD", "latest", INDEX)
    scenes.manifest(DAY + 20 * MS, "GET", SIGNATURE, IMAGE)
    return Scenario(scenes, 2, (1, 0, 1, 2, 1, 1, 0, 1, 0, 0))


def lines() -> list[dict[str, Any]]:
    """All lines."""
    return [line for scenario in scenarios().values() for line in scenario.traffic.lines]
