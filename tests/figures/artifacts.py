"""Charts that the catalogue file knows, taken by any client, and an image as small as the smallest one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.factories import CRIO, DOCKER, IMAGE, Traffic, digest

IMAGE_REPOSITORY = "artifacts/hello"
# Repository → sizes of its layers, and what else the file says of it.
CHARTS: dict[str, tuple[list[int], dict[str, Any]]] = {
    "artifacts/chart": ([182], {}),
    "artifacts/chart-with-provenance": ([9_000, 900], {}),
    "artifacts/large-chart": ([5_000_000, 3_000_000], {"kind": "artifact"}),
}
IMAGES = {IMAGE_REPOSITORY: ([182], {"platform": {"os": "linux", "architecture": "amd64"}})}
AGENTS = ("python-requests/2.34.2", "Helm/3.16.3", DOCKER, CRIO)
BEGUN = datetime(2026, 7, 6, 12, tzinfo=UTC)


def catalogue() -> dict[str, Any]:
    """What a file says of them."""
    return {
        name: {
            "manifests": {
                digest(f"{name}:1.0"): {
                    "layers": [digest(f"{name} {number}") for number in range(len(sizes))],
                    "sizes": sizes,
                    **more,
                }
            }
        }
        for name, (sizes, more) in (CHARTS | IMAGES).items()
    }


def lines() -> list[dict[str, Any]]:
    """Each client takes each of them: the manifest by its tag, then the layers."""
    taken: list[dict[str, Any]] = []
    for name, (sizes, _) in (CHARTS | IMAGES).items():
        for number, agent in enumerate(AGENTS):
            traffic = Traffic(name, f"198.51.100.{30 + number}", agent)
            traffic.manifest(BEGUN, "GET", "1.0", IMAGE)
            for layer, size in enumerate(sizes):
                traffic.blob(BEGUN + timedelta(milliseconds=50 + layer), f"{name} {layer}", size)
            taken += traffic.lines
    return taken
