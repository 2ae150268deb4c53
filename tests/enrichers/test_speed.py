"""What enrichers may cost: 100,000 distinct addresses, measured against hashing as many."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from random import Random

import pandas as pd

from enrichers import ci
from enrichers.identity import KeyRing, pseudonymise
from enrichers.networks import cloud, geo, network
from enrichers.reference.reference_set import ReferenceSet
from tests.support import cpu

COUNT = 100_000
# Measured: 31 to 36, 1 CPU second. A look-up for each row costs thousands.
MOST = 100
NOBODY = {"client_name": "docker", "client_category": "runtime", "kernel_hint": None, "engine_os": "linux"}
V6 = 0x2A01 << 112


def enrich(frame: pd.DataFrame, reference: ReferenceSet, ring: KeyRing) -> None:
    """All enrichers that see addresses, as pipeline.loading.attributes calls them."""
    operators = network.describe(frame, reference)
    geo.locate(frame, reference, operators["network_type"])
    clouds = cloud.place(frame.assign(asn=operators["asn"]), reference)
    ci.judge(pd.concat([frame, clouds], axis=1).assign(**NOBODY), reference)
    keys = frame.assign(**NOBODY, identity_epoch="2026", client_os=None, architecture="amd64")
    pseudonymise(keys, ring, bytes(32))


def test_a_tenth_of_a_million_addresses(tmp_path: Path) -> None:
    random = Random(5)
    ipv4 = {str(IPv4Address(random.getrandbits(32))) for _ in range(COUNT * 8 // 10)}
    ipv6 = {str(IPv6Address(V6 | random.getrandbits(112))) for _ in range(COUNT - len(ipv4))}
    frame = pd.DataFrame({"address": sorted(ipv4 | ipv6)}, dtype=object)
    assert len(frame) == COUNT
    reference, ring = ReferenceSet.open(Path("no-such-folder"), None), KeyRing(tmp_path, "year")
    # Seeds, rules and operators' names are read once a process, however many addresses there are.
    enrich(frame.head(1), reference, ring)
    assert cpu.ratio(lambda: enrich(frame, reference, ring)) <= MOST


def test_a_look_up_for_each_row_would_be_too_slow() -> None:
    """The planted defect: asking address by address, as a loop over rows would, takes far longer a piece."""
    reference = ReferenceSet.open(Path("no-such-folder"), None)
    one = pd.DataFrame({"address": ["88.198.1.1"]}, dtype=object)
    network.describe(one, reference)

    def a_small_part() -> None:
        for _ in range(COUNT // 5000):
            network.describe(one, reference)

    assert cpu.ratio(a_small_part) * 5000 > MOST
