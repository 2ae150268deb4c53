"""Hand-made log lines, with the field names of contract A."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = "application/vnd.oci.image.manifest.v1+json"
BYTES = "application/octet-stream"
DOCKER = (
    "docker/20.10.6 go/go1.13.15 git-commit/a3dc69e6b9 os/linux arch/amd64 UpstreamClient(Go-http-client/1.1)"
)
CRIO = "cri-o/1.21.1 go/go1.15.2 os/linux arch/amd64"
CONTAINERD = "containerd/1.6.20"
CONFIG_BYTES, LAYER_BYTES = 1_500, 3_000_000


def digest(name: str) -> str:
    """A digest for a name."""
    return "sha256:" + hashlib.sha256(name.encode()).hexdigest()


class Traffic:
    """Lines of one origin on one repository; request ids count up."""

    def __init__(self, repository: str, address: str, user_agent: str = DOCKER) -> None:
        self.repository = repository
        self.address = address
        self.user_agent = user_agent
        self.lines: list[dict[str, Any]] = []

    def manifest(
        self, at: str | datetime, method: str, reference: str, media_type: str = INDEX, status: int = 200
    ) -> None:
        """A manifest request; a tag means the digest of its own name."""
        meant = reference if reference.startswith("sha256:") else digest(f"{self.repository}:{reference}")
        found = status < 300
        self._add(
            at, method, f"manifests/{reference}", status,
            body_bytes_sent="500" if method == "GET" and found else "0",
            resp_digest=meant if found else "", resp_content_type=media_type if found else "",
        )  # fmt: skip

    def blob(self, at: str | datetime, name: str, size: int = LAYER_BYTES) -> None:
        """A configuration or a layer, fetched whole."""
        wanted = digest(name)
        self._add(
            at, "GET", f"blobs/{wanted}", 200,
            body_bytes_sent=str(size), resp_digest=wanted, resp_content_type=BYTES,
        )  # fmt: skip

    def cold_pull(self, at: datetime, tag: str, platform: str = "amd64", name: str = "v1") -> None:
        """docker and containerd: HEAD of the tag, then index and manifest by digest, then the blobs."""
        self.manifest(at, "HEAD", tag)
        self.manifest(at + timedelta(milliseconds=20), "GET", digest(f"{self.repository}:{tag}"))
        self.manifest(at + timedelta(milliseconds=40), "GET", digest(f"{name}-{platform}"), IMAGE)
        self.layers(at + timedelta(milliseconds=60), f"{name}-{platform}")

    def layers(self, at: datetime, name: str) -> None:
        """A configuration and two layers."""
        self.blob(at, f"{name}-config", CONFIG_BYTES)
        self.blob(at + timedelta(milliseconds=10), f"{name}-layer-1")
        self.blob(at + timedelta(milliseconds=20), f"{name}-layer-2")

    def _add(self, at: str | datetime, method: str, path: str, status: int, **fields: str) -> None:
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at
        number = f"{self.repository}:{self.address}:{len(self.lines)}"
        self.lines.append(
            {
                "msec": f"{moment.timestamp():.3f}",
                "request_id": hashlib.sha256(number.encode()).hexdigest()[:32],
                "remote_addr": self.address,
                "x_forwarded_for": "",
                "host": "registry.example",
                "method": method,
                "request_uri": f"/v2/{self.repository}/{path}",
                "status": str(status),
                "request_time": "0.002",
                "request_completion": "OK",
                "user_agent": self.user_agent,
                **fields,
            }
        )
