"""Traffic that no client would send: every method, status, path, size and time, in any order.

Nothing is known of what it means. It is there to be got through: whatever a line says, it is loaded or
quarantined, and no data test may fail: one odd origin must not keep everybody's marts from being published.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

Line = dict[str, Any]

# Over the end of a day, a week, a month, a year and an epoch.
FIRST = datetime(2025, 12, 27, tzinfo=UTC).timestamp()
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
DAY = 86400

METHODS = ["GET"] * 12 + ["HEAD"] * 4 + ["PUT", "POST", "PATCH", "DELETE", "OPTIONS", ""]
STATUSES = (
    [200] * 10 + [307] * 3 + [401] * 2 + [206, 404, 304, 302, 301, 403, 429, 499, 500, 502, 201, 202, 100]
)
REPOSITORIES = ["acme/app", "acme/tool", "a/b/manifests/c", "x", "manifests", "blobs/uploads"]
GAPS_S = [0, 0, 0.01, 0.2, 2, 15, 40, 700, 5000]
AGENTS = [
    "docker/27.1.1 go/go1.22 kernel/6.8.0-21-azure os/linux arch/amd64 UpstreamClient(Docker-Client/27.1.1)",
    "docker/1.13.1 go/go1.7.5 kernel/4.4.0 os/linux arch/amd64",
    "containerd/1.7.13",
    "containers/5.29.2 (github.com/containers/image)",
    "Buildah/1.28.2",
    "skopeo/1.9.3",
    "Watchtower/v1.7.1",
    "trivy/0.50.1",
    "regclient/regctl (v0.8.0)",
    "cosign/v2.2.3 (linux; amd64)",
    "Helm/3.14.0",
    "Harbor-Registry-Agent",
    "python-requests/2.31.0",
    "docker/",
    "-",
    "",
    "\\xff\\xfe",
    "x" * 300,
]
ADDRESSES = [f"198.51.100.{number}" for number in range(12)] + [
    *("2001:db8:1::1", "2001:db8:2::1", "8.8.8.8", "20.51.0.5", "17.1.1.1", "-", "", "nonsense"),
]


class Traffic:
    """Random lines from one seed."""

    def __init__(self, seed: int) -> None:
        """The same seed makes the same lines."""
        self._random = random.Random(seed)
        self._digests = [f"sha256:{self._random.getrandbits(256):064x}" for _ in range(40)]

    def lines(self, count: int) -> list[Line]:
        """At least `count` lines in no order; some twice, some ids twice with another time."""
        made: list[Line] = []
        while len(made) < count:
            made.extend(self._visit())
        self._random.shuffle(made)
        return made

    def _visit(self) -> Iterator[Line]:
        """What one origin sends in one go: from one request to two hundred."""
        choice = self._random
        address, agent = choice.choice(ADDRESSES), choice.choice(AGENTS)
        at = (
            NEW_YEAR + choice.uniform(-60, 60)
            if choice.random() < 0.1
            else FIRST + choice.random() * 12 * DAY
        )
        for _ in range(choice.choice([1, 2, 3, 8, 30, 200])):
            at += choice.choice(GAPS_S)
            line = self._line(at, address, agent)
            yield line
            if choice.random() < 0.01:
                yield dict(line)
            if choice.random() < 0.02:
                yield line | {"msec": f"{at + 900:.3f}"}

    def _line(self, at: float, address: str, agent: str) -> Line:
        required = {
            "msec": f"{at:.3f}",
            "request_id": f"{self._random.getrandbits(128):032x}",
            "remote_addr": address,
            "method": self._random.choice(METHODS),
            "request_uri": self._path(),
            "status": self._random.choice(STATUSES),
            "user_agent": agent,
        }
        optional = {name: value for name, value in self._optional().items() if self._random.random() < 0.93}
        return required | optional

    def _path(self) -> str:
        choice = self._random
        repository, digest = choice.choice(REPOSITORIES), choice.choice(self._digests)
        tag = choice.choice(["latest", "1.0.0", "v2", f"sha256-{digest[7:]}.sig", "nope", "10.0.0.1", ""])
        weighted = {
            f"/v2/{repository}/manifests/{tag}": 35,
            f"/v2/{repository}/blobs/{digest}": 25,
            f"/v2/{repository}/manifests/{digest}": 15,
            "/v2/": 9,
            f"/v2/{repository}/blobs/uploads/{choice.getrandbits(64):x}": 3,
            f"/v2/{repository}/manifests/{tag}?ns=docker.io": 3,
            f"/token?scope=repository:{repository}:pull": 2,
            f"/v2/{repository}/tags/list?n=100": 2,
            f"/v2/{repository}/referrers/{digest}": 2,
            f"/v2/{repository}/manifests/sha256%3A{digest[7:]}": 1,
            "/v2/%61cme/app/manifests/latest": 1,
            "/v2/_catalog": 1,
            "//v2//x": 1,
            "/favicon.ico": 1,
        }
        return choice.choices(list(weighted), list(weighted.values()))[0]

    def _optional(self) -> Line:
        pick = self._random.choice
        return {
            "body_bytes_sent": pick([0, 1, 427, 1500, 20_000, 3_000_000, 10**10]),
            "request_time": pick([0, 0.001, 0.2, 5, 800, 90_000]),
            "request_completion": pick(["OK", "OK", "OK", ""]),
            "range": pick(["", "", "", "bytes=0-", "bytes=100-200", "garbage"]),
            "resp_digest": pick([*self._digests, "", "", "sha256:xyz"]),
            "resp_content_type": pick(
                [
                    "application/vnd.oci.image.index.v1+json",
                    "application/vnd.oci.image.manifest.v1+json",
                    "application/vnd.docker.distribution.manifest.v2+json",
                    "application/octet-stream",
                    "text/html",
                    "",
                ]
            ),
            "resp_content_length": pick(["", "0", "500", "99999999999"]),
            "has_authorization": pick(["0", "1", ""]),
            "host": pick(["registry.example", "", "127.0.0.1"]),
            "node": pick(["a", "b", ""]),
            "x_forwarded_for": pick(["", "1.2.3.4", "8.8.8.8, 10.0.0.1", "junk"]),
            "dnt": pick(["", "", "", "", "1"]),
        }
