"""Which user agents are put onto which recorded sequences.

A variant stands here only where the request sequence is known to be the recorded one (from the clients'
source and from real logs; the short reason stands above each). Everything else is replayed under the user
agent that was recorded: `versions` is then empty.
"""

from __future__ import annotations

from dataclasses import dataclass

# version → "go version, git commit" of the release, as dockerd says them.
DOCKER_RELEASES = {
    "24.0.7": ("go1.20.10", "311b9ff"),
    "25.0.3": ("go1.21.6", "f417435"),
    "26.1.3": ("go1.21.10", "8e96db1"),
    "27.1.1": ("go1.21.12", "cc13f95"),
    "27.3.1": ("go1.22.7", "41ca978"),
    "28.0.1": ("go1.23.6", "bbd0a17"),
}


@dataclass(frozen=True, slots=True)
class Client:
    """`versions`: user agents, oldest first; `replays`: how the ids of the scenarios it may replay begin."""

    name: str
    replays: tuple[str, ...]
    versions: tuple[str, ...] = ()


def _docker(
    kernel: str, upstream: str, arch: str = "amd64", releases: tuple[str, ...] = tuple(DOCKER_RELEASES)
) -> tuple[str, ...]:
    """User agents of dockerd, one a release. `upstream`: the API client, `{version}` where it goes along."""
    agents = []
    for version in releases:
        go, commit = DOCKER_RELEASES[version]
        # dockerd escapes the API client's own brackets.
        client = upstream.format(version=version).replace("(", r"\(").replace(")", r"\)")
        tail = f" UpstreamClient({client})" if client else ""
        agents.append(
            f"docker/{version} go/{go} git-commit/{commit} kernel/{kernel} os/linux arch/{arch}{tail}"
        )
    return tuple(agents)


# dockerd asks HEAD first since 20.10, whoever calls it and on whatever machine. That holds without the
# containerd image store (its user agents name a storage driver: none here). What differs is who called it.
DOCKER_RECORDED = Client("docker as recorded", ("docker.", "compose1."))
DOCKER_LINUX = Client(
    "docker on linux", ("docker.",), _docker("6.8.0-51-generic", "Docker-Client/{version} (linux)")
)
DESKTOP_MAC = Client(
    "Docker Desktop, Apple silicon",
    ("docker.",),
    _docker(
        "6.10.14-linuxkit",
        "Docker-Client/{version} (darwin)",
        "arm64",
        ("25.0.3", "26.1.3", "27.1.1", "28.0.1"),
    ),
)
DESKTOP_WINDOWS = Client(
    "Docker Desktop, Windows",
    ("docker.",),
    _docker(
        "5.15.167.4-microsoft-standard-WSL2",
        "Docker-Client/{version} (windows)",
        releases=("26.1.3", "27.3.1"),
    ),
)
COMPOSE = Client(
    "docker compose",
    ("docker.", "compose1."),
    _docker("6.1.0-28-amd64", "compose/v2.29.7", releases=("27.3.1",)),
)
SWARM = Client("docker swarm", ("docker.",), _docker("6.1.0-28-amd64", "", releases=("26.1.3", "27.1.1")))
TESTCONTAINERS = Client(
    "testcontainers on a hosted runner",
    ("docker.",),
    _docker("6.8.0-1021-azure", "tc-java/1.20.4", releases=("26.1.3", "28.0.1")),
)
WOODPECKER = Client(
    "woodpecker agent",
    ("docker.",),
    _docker("6.1.0-28-amd64", "Woodpecker/3.0.1 (backend-docker)", releases=("27.1.1", "27.3.1")),
)

# containerd: HEAD tag, GET index, GET platform, blobs, in every version read; ctr, CRI, nerdctl and k3s share
# the resolver. Upstream builds carry a v, k3s its own suffix, nerdctl the vendored default.
CONTAINERD_RECORDED = Client("containerd as recorded", ("ctr.", "cri-containerd."))
CONTAINERD = Client(
    "containerd",
    ("ctr.", "cri-containerd."),
    ("containerd/v1.6.8", "containerd/1.7.12", "containerd/v1.7.27", "containerd/v2.0.5"),
)
K3S = Client("k3s", ("ctr.", "cri-containerd."), ("containerd/v1.7.21-k3s2", "containerd/v1.7.23-k3s2"))
NERDCTL = Client("nerdctl", ("ctr.",), ("containerd/2.0.0+unknown", "containerd/2.1.4+unknown"))
# BuildKit resolves with containerd's resolver: the same requests (recorded, and read in its source).
BUILDKIT = Client("BuildKit", ("ctr.",), ("buildkit/v0.13", "buildkit/v0.16"))

# containers/image: GET tag, GET platform, configuration and layers, never HEAD: podman, and cri-o from 1.31.
PODMAN_RECORDED = Client("podman as recorded", ("podman.",))
PODMAN = Client(
    "podman",
    ("podman.",),
    tuple(
        f"containers/{version} (github.com/containers/image)" for version in ("5.29.2", "5.32.2", "5.34.3")
    ),
)
CRIO = Client(
    "cri-o",
    ("podman.",),
    ("cri-o/1.31.3 go/go1.22.8 os/linux arch/amd64", "cri-o/1.34.0 go/go1.25.0 os/linux arch/amd64"),
)
BUILDAH = Client("buildah", ("buildah.",), ("Buildah/1.28.2", "Buildah/1.33.7", "Buildah/1.37.3"))
SKOPEO_RECORDED = Client("skopeo as recorded", ("skopeo.",))
SKOPEO = Client("skopeo", ("skopeo.",), ("skopeo/1.9.3", "skopeo/1.14.2", "skopeo/1.16.1"))

# go-containerregistry: GET tag, GET platform, all blobs; also syft, and what does not name itself (kaniko).
CRANE_RECORDED = Client("crane as recorded", ("crane.",))
CRANE = Client(
    "crane", ("crane.",), tuple(f"crane/{v} go-containerregistry/{v}" for v in ("v0.19.1", "v0.20.2"))
)
SYFT = Client(
    "syft", ("crane.cold-",), ("syft go-containerregistry/v0.20.2", "syft go-containerregistry/v0.20.3")
)
UNNAMED_GO = Client("an unnamed Go program", ("crane.cold-",), ("go-containerregistry/v0.20.2",))

PYTHON = Client("python as recorded", ("oras-py.", "python-requests."))
