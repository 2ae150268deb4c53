"""Images made of nothing but tar files, and pushed by plain HTTP: no client under test makes them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Types:
    """The media types of one standard."""

    index: str
    manifest: str
    config: str
    layer: str


OCI = Types(*(f"application/vnd.oci.image.{name}" for name in (
    "index.v1+json", "manifest.v1+json", "config.v1+json", "layer.v1.tar+gzip",
)))  # fmt: skip
DOCKER = Types(*(f"application/vnd.docker.{name}" for name in (
    "distribution.manifest.list.v2+json", "distribution.manifest.v2+json", "container.image.v1+json",
    "image.rootfs.diff.tar.gzip",
)))  # fmt: skip


@dataclass(frozen=True)
class Image:
    """What was pushed: digests of the index, and of manifest, config and layers by platform."""

    repository: str
    tag: str
    index: str
    manifests: dict[str, str]
    configs: dict[str, str]
    layers: dict[str, tuple[str, ...]]


class Pusher:
    """Pushes to one registry; `token`: a bearer token, where it demands one."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url, self.token = url, token

    def image(
        self, repository: str, tag: str, seed: int, types: Types = OCI, layer_bytes: int = 40_000
    ) -> Image:
        """An index of amd64 and arm64, three layers each; the same seed makes the same digests."""
        entries: list[dict[str, Any]] = []
        manifests, configs, layers = {}, {}, {}
        for architecture in ("amd64", "arm64"):
            made = [_layer(f"{architecture}-{number}", seed + number, layer_bytes) for number in range(3)]
            config = _json({
                "architecture": architecture, "os": "linux", "config": {}, "history": [],
                "rootfs": {"type": "layers", "diff_ids": [digest(gzip.decompress(blob)) for blob in made]},
            })  # fmt: skip
            for blob in (*made, config):
                self._blob(repository, blob)
            manifest = _json({
                "schemaVersion": 2, "mediaType": types.manifest, "config": _entry(types.config, config),
                "layers": [_entry(types.layer, blob) for blob in made],
            })  # fmt: skip
            self._manifest(repository, digest(manifest), types.manifest, manifest)
            platform = {"architecture": architecture, "os": "linux"}
            entries.append(_entry(types.manifest, manifest) | {"platform": platform})
            manifests[architecture], configs[architecture] = digest(manifest), digest(config)
            layers[architecture] = tuple(digest(blob) for blob in made)
        index = _json({"schemaVersion": 2, "mediaType": types.index, "manifests": entries})
        self._manifest(repository, tag, types.index, index)
        return Image(repository, tag, digest(index), manifests, configs, layers)

    def _blob(self, repository: str, blob: bytes) -> None:
        with self._send("POST", f"{self.url}/v2/{repository}/blobs/uploads/") as answer:
            there = answer.headers["Location"]
        there = there if there.startswith("http") else self.url + there
        mark = "&" if "?" in there else "?"
        self._send("PUT", f"{there}{mark}digest={digest(blob)}", blob).close()

    def _manifest(self, repository: str, reference: str, media_type: str, content: bytes) -> None:
        self._send("PUT", f"{self.url}/v2/{repository}/manifests/{reference}", content, media_type).close()

    def _send(self, method: str, url: str, body: bytes = b"", kind: str = "application/octet-stream") -> Any:
        request = urllib.request.Request(url, body, {"Content-Type": kind}, method=method)  # noqa: S310 - http only
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        return urllib.request.urlopen(request, timeout=20)  # noqa: S310 - http only


def digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode()


def _entry(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest(content), "size": len(content)}


def _layer(name: str, seed: int, size: int) -> bytes:
    """A tar of a folder and one file that does not compress."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        folder = tarfile.TarInfo("data")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(folder)
        member = tarfile.TarInfo(f"data/{name}")
        member.size, member.mode = size, 0o644
        tar.addfile(member, io.BytesIO(random.Random(f"{name} {seed}").randbytes(size)))
    return gzip.compress(buffer.getvalue(), compresslevel=1, mtime=0)
