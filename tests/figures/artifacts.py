"""A chart of 182 bytes that the catalogue file knows, taken by any client; and an image that is as small."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.factories import CRIO, DOCKER, IMAGE, Traffic, digest

CHART, IMAGE_REPOSITORY = "artifacts/chart", "artifacts/hello"
AGENTS = ("python-requests/2.34.2", "Helm/3.16.3", DOCKER, CRIO)
BEGUN = datetime(2026, 7, 6, 12, tzinfo=UTC)


def catalogue() -> dict[str, Any]:
    """What a file says of both; only the image has a platform."""
    platform = {"os": "linux", "architecture": "amd64"}
    return {
        name: {"manifests": {digest(f"{name}:1.0"): {"layers": [digest(name)], "sizes": [182], **more}}}
        for name, more in ((CHART, {}), (IMAGE_REPOSITORY, {"platform": platform}))
    }


def lines() -> list[dict[str, Any]]:
    """Each client takes both: the manifest by its tag, then the one layer."""
    taken: list[dict[str, Any]] = []
    for name in (CHART, IMAGE_REPOSITORY):
        for number, agent in enumerate(AGENTS):
            traffic = Traffic(name, f"198.51.100.{30 + number}", agent)
            traffic.manifest(BEGUN, "GET", "1.0", IMAGE)
            traffic.blob(BEGUN + timedelta(milliseconds=50), name, 182)
            taken += traffic.lines
    return taken
