"""How much the address data say: shares of random global addresses with a country and an operator.

IPv4 is drawn from all addresses that are not reserved, each as likely as the other. Of IPv6 nearly all is
empty: there an address is drawn inside a network, every listed network as likely as the other, and the share
of one list is measured on the networks of the other.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from random import Random
from typing import Any, Final

import pandas as pd
from rich.console import Console

from enrichers.reference.ranges import NOTHING, Boundaries, parse, reserved
from enrichers.reference.reference_set import ReferenceSet
from pipeline.settings import Settings

# What the data that come with Pullhouse reach; less means that something is broken.
LEAST: Final = {"ipv4_country": 0.99, "ipv4_operator": 0.88}
LAST_IPV6: Final = 1 << 128


def measure(settings: Settings, count: int = 100_000, seed: int = 1) -> dict[str, Any]:
    """Shares (0 to 1) on `count` random addresses of each family, the same ones for the same `seed`.

    Returns reference_set; ipv4_country, ipv4_operator; ipv6_country (of addresses in networks with an AS
    number) and ipv6_operator (of those in networks with a country); and where the user's own files answer,
    agreement: by column, how many addresses both know and the share on which they agree.
    """
    bundled = ReferenceSet.open(settings.reference, None)
    own = ReferenceSet.open(settings.reference, settings.maxmind)
    random = Random(seed)  # noqa: S311 - a sample, no secret
    ipv4 = random_ipv4(count, random)
    datasets = bundled.datasets
    ipv6 = {
        "ipv6_country": inside(datasets["asn"].ranges.v6, count, random),
        "ipv6_operator": inside(datasets["country"].ranges.v6, count, random),
    }
    return {
        "reference_set": own.id,
        "addresses": count,
        "ipv4_country": _known(own.places(ipv4)["country_code"]),
        "ipv4_operator": _known(own.operators(ipv4)["asn"]),
        "ipv6_country": _known(own.places(ipv6["ipv6_country"])["country_code"]),
        "ipv6_operator": _known(own.operators(ipv6["ipv6_operator"])["asn"]),
        "agreement": agreement(own, bundled, ipv4) if own.files else {},
        "warnings": own.warnings,
    }


def agreement(own: ReferenceSet, bundled: ReferenceSet, addresses: pd.Series[Any]) -> dict[str, Any]:
    """Where the user's files and the data set both know a value: in how many addresses, and how
    often they agree.
    """
    result = {}
    for column, ask in (("country_code", "places"), ("asn", "operators")):
        files = ReferenceSet(own.files, {name: _silent(data) for name, data in own.datasets.items()})
        left, right = (pd.Series(getattr(item, ask)(addresses)[column]) for item in (files, bundled))
        both = left.notna() & right.notna()
        if both.any():
            result[column] = {"both": int(both.sum()), "agree": float((left[both] == right[both]).mean())}
    return result


def random_ipv4(count: int, random: Random) -> pd.Series[Any]:
    """`count` addresses, none of them reserved."""
    taken: list[str] = []
    closed = reserved()
    while len(taken) < count:
        drawn = [str(IPv4Address(random.getrandbits(32))) for _ in range(count)]
        codes = closed.find(parse(drawn))
        taken += [text for text, code in zip(drawn, codes, strict=True) if code == NOTHING]
    return pd.Series(taken[:count], dtype=object)


def inside(ranges: Boundaries, count: int, random: Random) -> pd.Series[Any]:
    """`count` IPv6 addresses inside listed ranges, every range as likely as the other."""
    starts = [int.from_bytes(start.ljust(16, b"\0"), "big") for start in ranges.starts.tolist()]
    ends = [*starts[1:], LAST_IPV6]
    listed = [row for row, code in enumerate(ranges.codes.tolist()) if code != NOTHING]
    rows = random.choices(listed, k=count)
    return pd.Series(
        [str(IPv6Address(random.randrange(starts[row], ends[row]))) for row in rows], dtype=object
    )


def show(found: dict[str, Any], console: Console) -> bool:
    """Print the shares; returns whether none is below LEAST."""
    console.print(f"{found['addresses']:,} random addresses of each family, {found['reference_set']}")
    for name, text in (
        ("ipv4_country", "IPv4 with a country"),
        ("ipv4_operator", "IPv4 with an operator"),
        ("ipv6_country", "IPv6 with a country, of networks with an operator"),
        ("ipv6_operator", "IPv6 with an operator, of networks with a country"),
    ):
        least = LEAST.get(name)
        console.print(f"  {found[name]:7.2%}  {text}" + (f" (at least {least:.0%})" if least else ""))
    for column, shares in found["agreement"].items():
        console.print(
            f"  {shares['agree']:7.2%}  {column}: your files agree with the bundled data, on"
            f" {shares['both']:,}"
        )
    if not found["agreement"]:
        console.print("  no second source is installed (setting maxmind): nothing to compare with")
    for warning in found["warnings"]:
        console.print(warning)
    return all(found[name] >= least for name, least in LEAST.items())


def _known(values: Any) -> float:  # noqa: ANN401 - an array of objects
    return float(pd.notna(values).mean())


def _silent(dataset: Any) -> Any:  # noqa: ANN401
    """A data set that says nothing, so that only the files answer."""
    return type(dataset)(
        dataset.manifest, reserved(), {name: column[-1:].repeat(2) for name, column in dataset.values.items()}
    )
