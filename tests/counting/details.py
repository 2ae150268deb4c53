"""Traffic in which clients do what a simple rule miscounts; each number was worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.factories import BYTES, CONFIG_BYTES, DOCKER, IMAGE, INDEX, LAYER_BYTES, Traffic, digest

MS = timedelta(milliseconds=1)
BEGUN = datetime(2026, 7, 8, 10, tzinfo=UTC)
NEW_DOCKER = (
    "docker/29.1.2 go/go1.25.4 git-commit/de45c2a kernel/6.8.0 os/linux arch/amd64 "
    "containerd-client/2.2.0 storage-driver/overlayfs UpstreamClient(Docker-Client/29.1.2 (linux))"
)
CONTAINERD_2 = "containerd/2.1.4"
PODMAN = "containers/5.23.1 (github.com/containers/image)"
COSIGN = "cosign/v2.2.3 (linux; amd64) go-containerregistry/v0.17.0"
HARBOR = "harbor-registry-client"
DISTRIBUTION = "Go-http-client/1.1"


@dataclass(frozen=True, slots=True)
class Detail:
    """Traffic and what it must be: outcomes of its sessions in order, definitions, the first session."""

    name: str
    lines: list[dict[str, Any]]
    outcomes: list[str]
    counts: dict[str, int]
    first_session: dict[str, Any] = field(default_factory=dict)


class Detailed(Traffic):
    """What the plain traffic of the other tests has no word for."""

    def index(self) -> str:
        return digest(f"{self.repository}:latest")

    def image(self, platform: str = "amd64") -> str:
        return digest(f"{self.repository}-{platform}")

    def ask(self, at: datetime, method: str, path: str, status: int, **fields: str) -> None:
        """Any request below the repository."""
        self._add(at, method, path, status, **fields)

    def part(self, at: datetime, name: str, first: int, size: int) -> None:
        """A range of a layer."""
        self._add(
            at, "GET", f"blobs/{digest(name)}", 206, range=f"bytes={first}-{first + size - 1}",
            body_bytes_sent=str(size), resp_digest=digest(name), resp_content_type=BYTES,
        )  # fmt: skip


def details() -> list[Detail]:
    """Every case."""
    return [
        fleet(),
        fleet_that_looks_first(),
        fleet_one_after_the_other(),
        attestations_with_referrers(),
        attestations_by_fallback_tag(),
        parallel_ranges(),
        cosign_verification(),
        pull_through_cache_cold_and_warm(),
        mirror_that_says_so(),
        six_tokens_in_one_pull(),
    ]


def fleet() -> Detail:
    """Fifty identical nodes behind one address: 50 x (tag, manifest, configuration, layer), in step."""

    def pull(traffic: Detailed, at: datetime) -> None:
        traffic.manifest(at, "GET", "latest")
        traffic.manifest(at + 100 * MS, "GET", traffic.image(), IMAGE)
        traffic.blob(at + 200 * MS, "fleet-config", CONFIG_BYTES)
        traffic.blob(at + 300 * MS, "fleet-layer")

    return _fleet(Detailed("details/fleet", "198.51.100.141", PODMAN), pull)


def fleet_that_looks_first() -> Detail:
    """Fifty containerd nodes in step: each looks at the tag, and its GET of the index takes that up."""

    def pull(traffic: Detailed, at: datetime) -> None:
        traffic.manifest(at, "HEAD", "latest")
        traffic.manifest(at + 100 * MS, "GET", traffic.index())
        traffic.manifest(at + 200 * MS, "GET", traffic.image(), IMAGE)
        traffic.blob(at + 300 * MS, "fleet-head-config", CONFIG_BYTES)
        traffic.blob(at + 400 * MS, "fleet-head-layer")

    return _fleet(Detailed("details/fleet-head", "198.51.100.151", CONTAINERD_2), pull)


def fleet_one_after_the_other() -> Detail:
    """Fifty podman nodes 20 ms apart, whose layer takes 5 s: until it has come, no new session begins."""

    def pull(traffic: Detailed, at: datetime) -> None:
        traffic.manifest(at, "GET", "latest")
        traffic.manifest(at + 10 * MS, "GET", traffic.image(), IMAGE)
        traffic.blob(at + 15 * MS, "fleet-slow-config", CONFIG_BYTES)
        traffic.blob(at + 5_000 * MS, "fleet-slow-layer")
        traffic.lines[-1]["request_time"] = "4.980"

    return _fleet(Detailed("details/fleet-slow", "198.51.100.152", PODMAN), pull, apart=20 * MS)


def _fleet(traffic: Detailed, pull: Callable[[Detailed, datetime], None], apart: timedelta = MS) -> Detail:
    """One session of fifty pulls, `apart` from one another.

    The layer was delivered 50 times: 50 downloads; Docker's rule ceil(100 / 2) = 50; 100 GETs.
    """
    for node in range(50):
        pull(traffic, BEGUN + node * apart)
    return Detail(
        traffic.repository,
        traffic.lines,
        ["download"],
        {"docker_2022": 50, "each_get": 100, "scarf": 1, "pullhouse_downloads": 50, "pullhouse_pulls": 50},
        {"download_count": 50, "pull_copies_method": "delivered", "layer_count": 1},
    )


def attestations_with_referrers() -> Detail:
    """docker from 29.1 fetches the attestation of its platform too, and asks for its referrers.

    One download. Three manifest GETs: Docker's rule ceil(3 / 2) = 2, its table index with image, attestation
    alone = 2, two manifests beside the index.
    """
    return _attestations("details/referrers", "198.51.100.147", 200, [], ["download"])


def attestations_by_fallback_tag() -> Detail:
    """The same without referrers: 404, then a tag made of the digest, 404 too: still one pull."""
    fallback = [f"sha256-{digest('details/fallback-attestation')[7:]}"]
    return _attestations("details/fallback", "198.51.100.148", 404, fallback, ["download"])


def _attestations(
    name: str, address: str, referrers_status: int, fallback: list[str], outcomes: list[str]
) -> Detail:
    traffic = Detailed(name, address, NEW_DOCKER)
    attestation = traffic.image("attestation")
    traffic.manifest(BEGUN, "HEAD", "latest")
    traffic.manifest(BEGUN + 20 * MS, "GET", traffic.index())
    traffic.manifest(BEGUN + 40 * MS, "GET", traffic.image(), IMAGE)
    traffic.manifest(BEGUN + 60 * MS, "GET", attestation, IMAGE)
    traffic.ask(BEGUN + 80 * MS, "GET", f"referrers/{attestation}", referrers_status, body_bytes_sent="90")
    for tag in fallback:
        traffic.manifest(BEGUN + 100 * MS, "GET", tag, IMAGE, 404)
    traffic.layers(BEGUN + 120 * MS, name)
    traffic.blob(BEGUN + 160 * MS, f"{name}-statement", 30_000)
    return Detail(
        name,
        traffic.lines,
        outcomes,
        {
            "docker_2022": 2, "docker_per_architecture": 2, "dvp_action": 2, "dvp_trends": 2, "scarf": 1,
            "each_get": 3, "kubernetes_complete": 1, "pullhouse_downloads": 1, "pullhouse_pulls": 1,
        },
        {"tag": "latest", "tag_method": "head_digest", "manifest_get_count": 3, "download_count": 1},
    )  # fmt: skip


def parallel_ranges() -> Detail:
    """containerd from 2.1 fetches a layer as ranges at once: four and three requests, two layers."""
    traffic = Detailed("details/ranges", "198.51.100.142", CONTAINERD_2)
    traffic.manifest(BEGUN, "HEAD", "latest")
    traffic.manifest(BEGUN + 20 * MS, "GET", traffic.index())
    traffic.manifest(BEGUN + 40 * MS, "GET", traffic.image(), IMAGE)
    traffic.blob(BEGUN + 60 * MS, "ranges-config", CONFIG_BYTES)
    for number in range(4):
        traffic.part(BEGUN + (61 + number) * MS, "ranges-layer-1", number * 1_000_000, 1_000_000)
    for number in range(3):
        traffic.part(BEGUN + (62 + number) * MS, "ranges-layer-2", number * 1_000_000, 1_000_000)
    return Detail(
        traffic.repository,
        traffic.lines,
        ["download"],
        {"docker_2022": 1, "each_get": 2, "scarf": 1, "kubernetes_complete": 1, "pullhouse_downloads": 1},
        {"layer_count": 2, "completeness": "complete", "tag": "latest", "tag_method": "head_digest"},
    )


def cosign_verification() -> Detail:
    """cosign verify: HEAD of the tag, the signature's manifest by its tag, its payload.

    No pull of ours: a client for signatures. One session, since a signature's tag is asked for beside the
    image; a manifest and a blob: "complete" for Kubernetes' rule.
    """
    traffic = Detailed("details/cosign", "198.51.100.143", COSIGN)
    traffic.manifest(BEGUN, "HEAD", "latest")
    traffic.manifest(BEGUN + 20 * MS, "GET", f"sha256-{traffic.index()[7:]}.sig", IMAGE)
    traffic.blob(BEGUN + 40 * MS, "cosign-payload", 240)
    return Detail(
        traffic.repository,
        traffic.lines,
        ["artifact"],
        {
            "docker_2022": 1, "docker_per_architecture": 0, "dvp_action": 1, "dvp_trends": 2, "each_get": 1,
            "kubernetes_complete": 1, "pullhouse_pulls": 0,
        },
    )  # fmt: skip


def pull_through_cache_cold_and_warm() -> Detail:
    """A distribution registry as a cache, as measured: HEAD and GET of tag, manifest, blobs HEAD, GET, GET.

    Then, an hour later and warm, a HEAD alone. It sends the user agent of a library, which is not known to
    keep images, so that the HEAD is an inspection; the download is one: two layers, however often they were
    fetched. Docker's rule ceil(2 / 2) = 1; its table: HEAD and GET of the tag, manifest = 1; a version check.
    """
    traffic = Detailed("details/cache", "198.51.100.144", DISTRIBUTION)
    traffic.manifest(BEGUN, "HEAD", "latest")
    traffic.manifest(BEGUN + 20 * MS, "GET", "latest")
    traffic.manifest(BEGUN + 40 * MS, "GET", traffic.image(), IMAGE)
    for number, (name, size) in enumerate(
        (("cache-config", CONFIG_BYTES), ("cache-layer-1", LAYER_BYTES), ("cache-layer-2", LAYER_BYTES))
    ):
        at = BEGUN + (60 + 30 * number) * MS
        traffic.ask(at, "HEAD", f"blobs/{digest(name)}", 200, resp_digest=digest(name), body_bytes_sent="0")
        traffic.blob(at + 10 * MS, name, size)
        traffic.blob(at + 20 * MS, name, size)
    traffic.manifest(BEGUN + timedelta(hours=1), "HEAD", "latest")
    return Detail(
        traffic.repository,
        traffic.lines,
        ["download", "inspect"],
        {
            "docker_2022": 1, "dvp_action": 1, "dvp_trends": 2, "each_get": 2, "kubernetes_complete": 1,
            "pullhouse_downloads": 1, "pullhouse_pulls": 1,
        },
        {"layer_count": 2, "download_count": 1, "is_lower_bound": False},
    )  # fmt: skip


def mirror_that_says_so() -> Detail:
    """Harbor's proxy names itself: one download, and a lower bound, since it hides who pulls from it."""
    traffic = Detailed("details/harbor", "198.51.100.145", HARBOR)
    traffic.manifest(BEGUN, "HEAD", "latest")
    traffic.manifest(BEGUN + 20 * MS, "GET", traffic.index())
    traffic.manifest(BEGUN + 40 * MS, "GET", traffic.image(), IMAGE)
    traffic.layers(BEGUN + 60 * MS, "harbor")
    return Detail(
        traffic.repository,
        traffic.lines,
        ["download"],
        {"docker_2022": 1, "each_get": 2, "pullhouse_downloads": 1},
        {"is_lower_bound": True, "layer_count": 2},
    )


def six_tokens_in_one_pull() -> Detail:
    """docker against a gateway with tokens: a challenge, then a token before each of six requests.

    Another token each time joins nothing and splits nothing: one session of six requests; the challenge (401)
    and the tokens are none of them.
    """
    traffic = Detailed("details/tokens", "198.51.100.146", DOCKER)
    traffic.ask(BEGUN, "HEAD", "manifests/latest", 401, body_bytes_sent="0")
    traffic.manifest(BEGUN + 20 * MS, "HEAD", "latest")
    traffic.manifest(BEGUN + 40 * MS, "GET", traffic.index(), INDEX)
    traffic.manifest(BEGUN + 60 * MS, "GET", traffic.image(), IMAGE)
    traffic.layers(BEGUN + 80 * MS, "tokens")
    challenge, *answered = traffic.lines
    tokens = [_token(line, number) for number, line in enumerate(answered)]
    for number, line in enumerate(answered):
        line["session_token_hash"] = digest(f"token {number}")[7:39]
    return Detail(
        traffic.repository,
        [challenge, *tokens, *answered],
        ["download"],
        {"docker_2022": 1, "each_get": 2, "dvp_trends": 1, "pullhouse_pulls": 1},
        {"request_count": 6, "manifest_get_count": 2, "manifest_head_count": 1, "layer_count": 2},
    )


def _token(line: dict[str, Any], number: int) -> dict[str, Any]:
    """The request for a token a few milliseconds before the line that uses it."""
    return {
        **line,
        "msec": f"{float(line['msec']) - 0.005:.3f}",
        "request_id": digest(f"token request {number}")[7:39],
        "method": "GET",
        "request_uri": "/token?service=registry&scope=repository%3Adetails%2Ftokens%3Apull",
        "status": "200",
        "resp_digest": "",
        "resp_content_type": "application/json",
    }
