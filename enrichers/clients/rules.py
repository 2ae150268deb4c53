"""The client rules as data: read from the seeds, checked, compiled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.seeds import read_seed


class SeedError(ReferenceDataError):
    """A row of a seed cannot be used; the text names the seed and says what to correct."""


@dataclass(frozen=True)
class ClientRule:
    """One row of seeds/clients.csv. `regex` is matched at the start of the cleaned user agent."""

    rule: str
    client_name: str
    client_category: str
    regex: re.Pattern[str]


@dataclass(frozen=True)
class KernelRule:
    """One row of seeds/client_kernels.csv. `regex` is searched in docker's kernel/ token."""

    kernel_hint: str
    regex: re.Pattern[str]


@cache
def client_rules() -> tuple[ClientRule, ...]:
    """The rules in their order: the first that matches decides. Raises ReferenceDataError."""
    return tuple(
        ClientRule(row["rule"], row["client_name"], row["client_category"], _compiled("clients", row))
        for row in ordered_seed("clients")
    )


@cache
def kernel_rules() -> tuple[KernelRule, ...]:
    """The kernels that say something, in their order. Raises ReferenceDataError."""
    return tuple(
        KernelRule(row["kernel_hint"], _compiled("client_kernels", row))
        for row in ordered_seed("client_kernels")
    )


@cache
def platform_names(kind: str) -> Mapping[str, str]:
    """Spelling in lower case → the one name we use, for a kind: "os" or "architecture"."""
    return {row["alias"]: row["value"] for row in read_seed("client_platforms") if row["kind"] == kind}


def ordered_seed(name: str) -> list[dict[str, str]]:
    """The rows of seeds/<name>.csv by their `position`. Raises ReferenceDataError."""
    rows = read_seed(name)
    try:
        if any(None in row or None in row.values() for row in rows):
            raise ValueError("a row has too many or too few fields")
        return sorted(rows, key=lambda row: int(row["position"]))
    except (KeyError, ValueError) as error:
        raise SeedError(f"seeds/{name}.csv: {error}. Correct the row or restore the file.") from None


def _compiled(name: str, row: Mapping[str, str]) -> re.Pattern[str]:
    try:
        return re.compile(row["regex"])
    except re.error as error:
        raise SeedError(
            f"seeds/{name}.csv, position {row['position']}: the regular expression does not compile"
            f" ({error}). Correct the row."
        ) from None
