from __future__ import annotations

from pathlib import Path

import pandas as pd

from enrichers.networks import cloud
from enrichers.reference.reference_set import ReferenceSet


def test_a_published_range_goes_before_the_as_number() -> None:
    reference = ReferenceSet.open(Path("no-such-folder"), None)
    frame = pd.DataFrame(
        {
            # in a range of AWS; in none, but in Hetzner's AS; in none; AWS again, whatever the AS says; null
            "address": ["3.5.140.1", "88.198.1.1", "53.1.1.1", "3.5.140.2", None],
            "asn": pd.array([16509, 24940, 31399, 24940, pd.NA], dtype="Int64"),
        },
        index=[4, 3, 2, 1, 0],
    )
    found = cloud.place(frame, reference)
    assert found.index.tolist() == [4, 3, 2, 1, 0]
    assert list(found.itertuples(index=False, name=None)) == [
        ("aws", "ap-northeast-2", "cidr"),
        ("hetzner", None, "asn"),
        (None, None, None),
        ("aws", "ap-northeast-2", "cidr"),
        (None, None, None),
    ]


def test_a_region_has_the_name_that_the_providers_customers_know() -> None:
    """DigitalOcean lists the places of its data centres; a place without a name stays one."""
    reference = ReferenceSet.open(Path("no-such-folder"), None)
    addresses = ["104.131.1.1", "159.65.144.1", "3.5.140.1"]
    frame = pd.DataFrame({"address": addresses, "asn": pd.array([14061, 14061, 16509], dtype="Int64")})
    assert cloud.place(frame, reference)["cloud_region"].tolist() == ["nyc", "blr1", "ap-northeast-2"]
    names = cloud.region_names()
    assert len({region for (_, region), _ in names.items()}) == len(set(names.values())) == 10
    assert not set(names.values()) & {region for _, region in names}


def test_google_itself_is_not_google_cloud() -> None:
    providers = cloud.provider_by_asn()
    assert providers[396982] == "gcp"
    assert 15169 not in providers


def test_linode_has_two_networks() -> None:
    providers = cloud.provider_by_asn()
    assert {providers[63949], providers[48337]} == {"linode"}
