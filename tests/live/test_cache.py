"""Distribution as a pull-through cache behind the gateway: what docs/gateway.md says to do about limits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.live.gateway import started
from tests.live.lab import registry
from tests.live.lab.images import Pusher

pytestmark = pytest.mark.live

TABLES = """
[registries.cache]
url = "{url}"
[repositories."*"]
registry = "cache"
redirect = "none"
"""


def test_the_second_pull_takes_no_layer_from_the_registry_behind_the_cache(tmp_path: Path) -> None:
    with registry.running(tmp_path / "far") as far:
        image = Pusher(far.url).image("acme/app", "1.0", 1)
        wanted = set(image.layers["amd64"])
        with (
            registry.running(tmp_path / "near", cache_of=far.url) as near,
            started(tmp_path / "gateway", TABLES.format(url=near.url)) as gateway,
        ):
            reference = f"docker://127.0.0.1:{gateway.port}/acme/app:1.0"
            fetched = []
            for number in range(2):
                before = len(far.answers())
                target = f"dir:{tmp_path}/image-{number}"
                subprocess.run(
                    ["skopeo", "copy", "--quiet", "--src-tls-verify=false", reference, target],
                    check=True, timeout=60,
                )  # fmt: skip
                asked = [answer["http.request.uri"] for answer in far.answers()[before:]]
                fetched.append({uri.rsplit("/", 1)[1] for uri in asked if "/blobs/" in uri} & wanted)
    assert fetched == [wanted, set()]
