"""Checks of a data set before it is used: well-known facts must be true in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from enrichers.reference.dataset import COLUMNS, Dataset, read
from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.ranges import NOTHING, RESERVED_NETWORKS, parse

# Ranges of both families together. A list that has shrunk to a stump, or grew tenfold, is a broken one.
ROW_BOUNDS: Final = {"country": (200_000, 3_000_000), "asn": (200_000, 3_000_000), "cloud": (5_000, 500_000)}

# Addresses whose holder has been the same for years; the last two of each set are IPv6.
PROBES: Final[dict[str, dict[str, object]]] = {
    "country": {
        "18.26.0.1": "US",
        "141.76.1.1": "DE",
        "129.132.1.1": "CH",
        "88.198.1.1": "DE",
        "2a01:4f8::1": "DE",
        "2001:620::1": "CH",
    },
    "asn": {
        "8.8.8.8": 15169,
        "88.198.1.1": 24940,
        "18.26.0.1": 3,
        "53.1.1.1": 31399,
        "2001:4860:4860::8888": 15169,
        "2a01:4f8::1": 24940,
    },
    "cloud": {
        "3.5.140.1": "aws",
        "34.102.136.180": "gcp",
        "129.146.1.1": "oracle",
        "104.131.1.1": "digitalocean",
        "2600:1f18::1": "aws",
        "2606:4700::1111": "cloudflare",
    },
}


def check(directory: Path, name: str) -> Dataset:
    """Read a data set and check it; returns it. Raises ReferenceDataError naming what is wrong."""
    dataset = read(directory, name)
    problems = [*_row_bounds(dataset), *_reserved(dataset), *_probes(dataset)]
    if problems:
        raise ReferenceDataError(
            f"The reference data in {directory} cannot be trusted: {'; '.join(problems)}."
        )
    return dataset


def row_count(dataset: Dataset) -> int:
    """Ranges of both families."""
    return len(dataset.ranges.v4.starts) + len(dataset.ranges.v6.starts)


def _row_bounds(dataset: Dataset) -> list[str]:
    rows = row_count(dataset)
    low, high = ROW_BOUNDS[dataset.name]
    return [] if low <= rows <= high else [f"it has {rows} ranges, expected {low} to {high}"]


def _reserved(dataset: Dataset) -> list[str]:
    firsts = [text.partition("/")[0] for text in RESERVED_NETWORKS]
    codes = dataset.ranges.find(parse(firsts))
    return [
        f"it claims the reserved {text}" for text, code in zip(firsts, codes, strict=True) if code != NOTHING
    ]


def _probes(dataset: Dataset) -> list[str]:
    probes = PROBES[dataset.name]
    found = dataset.look_up(parse(probes))[COLUMNS[dataset.name][0]]
    return [
        f"{text} is {value}, not {expected}"
        for (text, expected), value in zip(probes.items(), found, strict=True)
        if value != expected
    ]
