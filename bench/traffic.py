"""A made-up access log of a registry gateway (contract A), of any size; the same seed makes the same lines.

The mix is that of a busy registry, because what a request costs depends on its neighbours: most clients are
docker and containerd, a few tags take most pulls, a challenge (401) comes before a third of them, three of
four repositories redirect to a store, and one address in twenty has several machines behind it. Rare acts are
in it too: pushes, clients that a redirect sent back to the gateway, failed answers that are asked for again.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = "application/vnd.oci.image.manifest.v1+json"
BLOB = "application/octet-stream"
DOCKER = (
    "docker/{0} go/go1.22.5 git-commit/{1:07x} kernel/{2} os/linux arch/{3} UpstreamClient(Docker-Client/{0})"
)
VERSIONS = ["20.10.25", "23.0.6", "24.0.7", "25.0.3", "26.1.4", "27.3.1", "28.0.1"]
KERNELS = ["5.15.0-118-generic", "6.1.0-25-cloud-amd64", "6.5.0-1022-aws", "5.10.0-32-azure"]
# Share of clients, what they do, and their agents; None: an agent of docker's with its kernel.
CLIENTS = [
    (45, "pull", None),
    (20, "pull", ["containerd/v1.6.33", "containerd/v1.7.13", "containerd/1.7.22+unknown"]),
    (8, "direct", ["cri-o/1.28.4 go/go1.20.10 os/linux arch/amd64", "cri-o/1.31.0 go/go1.22.1"]),
    (8, "direct", ["containers/5.29.2 (github.com/containers/image)", "kaniko/v1.23.2", "skopeo/1.14.2"]),
    (12, "check", ["Watchtower (Docker)", "diun/4.28.0 go/1.22.4 Linux", "Go-http-client/1.1"]),
    (5, "junk", ["Mozilla/5.0 (X11; Linux x86_64) Chrome/128.0.0.0 Safari/537.36", "curl/8.5.0"]),
]
JUNK = ["/", "/robots.txt", "/.env", "/v2/_catalog"]
MOVING_TAGS = {0: "latest", 1: "stable", 2: "main"}
HOUR_WEIGHTS = [2, 2, 2, 2, 2, 3, 4, 5, 6, 7, 7, 7, 7, 8, 8, 8, 7, 6, 5, 4, 4, 3, 3, 2]
LINES_PER_CLIENT = 20
LINES_PER_REPOSITORY = 2000
SHARED_ADDRESS_EVERY = 20
FIRST_DAY = date(2026, 3, 16)


@dataclass(frozen=True, slots=True)
class Client:
    """One machine: its address, its agent, what it does, and how many like it are behind the address."""

    address: str
    agent: str
    act: str
    twins: int


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the log, without what all lines have."""

    at: float
    client: Client
    method: str
    path: str
    status: int
    size: int = 0
    digest: str = ""
    media_type: str = ""


class World:
    """Clients and repositories that stay the same over all days of a log."""

    def __init__(self, lines: int, seed: int) -> None:
        """`lines`: of the whole log; more lines have more clients and more repositories."""
        self._random = random.Random(seed)
        self.clients = [self._client(number) for number in range(max(20, lines // LINES_PER_CLIENT))]
        self.repositories = max(8, min(240, lines // LINES_PER_REPOSITORY))

    def day(self, day: date, lines: int) -> list[Request]:
        """That many requests of one day, in the order of time."""
        made: list[Request] = []
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
        while len(made) < lines:
            # A few clients ask most of the time.
            client = self.clients[int(len(self.clients) * self._random.random() ** 2)]
            hour = self._random.choices(range(24), HOUR_WEIGHTS)[0]
            at = midnight + 3600 * hour + 3500 * self._random.random()
            place = int(self.repositories * self._random.random() ** 3)
            for twin in range(client.twins):
                made += self._act(client, at + 0.4 * twin, place)
        return sorted(made[:lines], key=lambda request: request.at)

    def _client(self, number: int) -> Client:
        choice = self._random
        _, act, agents = choice.choices(CLIENTS, [share for share, _, _ in CLIENTS])[0]
        version, architecture = choice.choice(VERSIONS), choice.choice(["amd64", "amd64", "arm64"])
        docker = DOCKER.format(version, choice.getrandbits(28), choice.choice(KERNELS), architecture)
        first, second = choice.randint(11, 99), choice.randint(0, 255)
        return Client(
            address=f"{first}.{second}.{number // 250 % 256}.{number % 250 + 1}",
            agent=choice.choice(agents) if agents else docker,
            act=act,
            twins=choice.choice([2, 3, 5]) if number % SHARED_ADDRESS_EVERY == 0 else 1,
        )

    def _act(self, client: Client, at: float, place: int) -> Iterator[Request]:
        tag_number = int(40 * self._random.random() ** 4)
        image = f"acme/service-{place}"
        tag = MOVING_TAGS.get(tag_number, f"1.{tag_number // 4}.{tag_number % 4}")
        if client.act == "junk":
            yield Request(at, client, "GET", self._random.choice(JUNK), 404)
        elif client.act == "check":
            yield self._manifest(client, at, image, tag, "HEAD", INDEX)
        elif self._random.random() < 0.01:
            yield from self._push(client, at, image, tag)
        else:
            yield from self._pull(client, at, image, tag, redirects=place % 4 != 0)

    def _pull(self, client: Client, at: float, image: str, tag: str, redirects: bool) -> Iterator[Request]:
        choice = self._random.random
        base = f"/v2/{image}/manifests/"
        if choice() < 0.35:
            yield Request(at, client, "GET", "/v2/", 401)
            yield Request(at + 0.05, client, "GET", f"/token?scope=repository:{image}:pull", 200, 900)
        if choice() < 0.01:
            yield Request(at + 0.08, client, "GET", base + tag, 503)
        if choice() < 0.02:
            # The redirect led back to the gateway: asked once, answered twice.
            yield Request(at + 0.09, client, "GET", base + tag, 307)
        first = "GET" if client.act == "direct" else "HEAD"
        yield self._manifest(client, at + 0.1, image, tag, first, INDEX)
        if first == "HEAD":
            # docker looks first; one time in three it has the image already.
            if choice() < 0.35:
                return
            yield self._manifest(client, at + 0.2, image, _digest("index", image, tag), "GET", INDEX)
        platform = "arm64" if "arm64" in client.agent else "amd64"
        yield self._manifest(client, at + 0.3, image, _digest("image", image, tag, platform), "GET", IMAGE)
        moment = at + 0.35
        # The configuration, then layers that tags of one repository share.
        layers = [_digest("layer", image, tag[:3], number) for number in range(3)]
        parts = [_digest("config", image, tag, platform), *layers]
        for number, digest in enumerate(parts[: 2 + int(3 * choice())]):
            moment += 0.02 + 0.3 * choice()
            size = 2000 if number == 0 else 100_000 + 3_000_000 * number
            path = f"/v2/{image}/blobs/{digest}"
            if redirects:
                yield Request(moment, client, "GET", path, 307)
            else:
                if choice() < 0.02:
                    yield Request(moment - 0.01, client, "GET", path, 502)
                yield Request(moment, client, "GET", path, 200, size, digest, BLOB)

    def _push(self, client: Client, at: float, image: str, tag: str) -> Iterator[Request]:
        digest, index = _digest("pushed", image, tag, at), _digest("index", image, tag)
        upload = f"/v2/{image}/blobs/uploads/{digest[7:39]}"
        yield Request(at, client, "HEAD", f"/v2/{image}/blobs/{digest}", 404)
        yield Request(at + 0.1, client, "POST", f"/v2/{image}/blobs/uploads/", 202)
        yield Request(at + 0.2, client, "PATCH", upload, 202)
        yield Request(at + 0.9, client, "PUT", f"{upload}?digest={digest}", 201)
        yield Request(at + 1.1, client, "PUT", f"/v2/{image}/manifests/{tag}", 201, 0, index)

    def _manifest(
        self, client: Client, at: float, image: str, reference: str, method: str, kind: str
    ) -> Request:
        digest = reference if reference.startswith("sha256:") else _digest("index", image, reference)
        size = 0 if method == "HEAD" else 1400
        return Request(at, client, method, f"/v2/{image}/manifests/{reference}", 200, size, digest, kind)

    def line(self, number: int, request: Request) -> str:
        """The request as contract A has it."""
        return json.dumps({
            "msec": f"{request.at + 0.01:.3f}", "request_id": f"{self._random.getrandbits(128):032x}",
            "node": f"gw-{number % 3}", "remote_addr": request.client.address, "x_forwarded_for": "",
            "method": request.method, "request_uri": request.path, "status": str(request.status),
            "body_bytes_sent": str(request.size), "request_time": "0.010", "request_completion": "OK",
            "user_agent": request.client.agent, "range": "", "resp_digest": request.digest,
            "resp_content_type": request.media_type, "host": "registry.example",
        })  # fmt: skip


def combined(request: Request) -> str:
    """The request as the combined format of web servers has it, which other analysers read."""
    when = datetime.fromtimestamp(request.at, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return (
        f'{request.client.address} - - [{when}] "{request.method} {request.path} HTTP/1.1"'
        f' {request.status} {request.size} "-" "{request.client.agent}"'
    )


def _digest(*of: object) -> str:
    """The same digest for the same thing, wherever it is asked for."""
    return f"sha256:{random.Random(repr(of)).getrandbits(256):064x}"


def write(folder: Path, lines: int, days: int = 1, seed: int = 1, first_day: date = FIRST_DAY) -> None:
    """One object a day (`<day>.jsonl`), of `lines` lines together; `combined.log` has the same requests."""
    folder.mkdir(parents=True, exist_ok=True)
    world = World(lines, seed)
    with (folder / "combined.log").open("w") as other:
        for number in range(days):
            day = first_day + timedelta(days=number)
            requests = world.day(day, lines // days + (1 if number < lines % days else 0))
            with (folder / f"{day}.jsonl").open("w") as log:
                log.writelines(world.line(place, request) + "\n" for place, request in enumerate(requests))
            other.writelines(combined(request) + "\n" for request in requests)


def main() -> None:
    """`python -m bench.traffic <folder> <lines> [--days N] [--seed N]`."""
    parser = argparse.ArgumentParser(prog="python -m bench.traffic", description=write.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("lines", type=int)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.folder, options.lines, options.days, options.seed)


if __name__ == "__main__":
    main()
