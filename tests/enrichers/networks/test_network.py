from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from enrichers.networks import network
from enrichers.networks.name_rules import type_by_name
from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.reference_set import ReferenceSet
from enrichers.reference.seeds import read_seed

TYPES = {
    "business", "education", "nren", "government", "isp", "mobile_isp", "hosting", "cloud", "cdn",
    "vpn_proxy", "anycast_dns", "reserved", "unknown",
}  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> ReferenceSet:
    return ReferenceSet.open(Path("no-such-folder"), None)


@pytest.mark.parametrize(
    ("address", "company"),
    [
        ("53.1.1.1", "Mercedes-Benz Group"),
        ("17.1.1.1", "Apple"),
        ("19.1.1.1", "Ford"),
        # MIT, a research network, an ISP, clouds, hosting, a CDN, a VPN, anycast DNS, private
        *((text, None) for text in ("18.26.0.1", "141.76.1.1", "12.1.1.1", "3.5.140.1", "13.105.117.1")),
        *((text, None) for text in ("88.198.1.1", "104.16.0.1", "193.138.218.74", "9.9.9.9", "10.0.0.1")),
    ],
)
def test_a_company_is_named_only_where_the_network_is_its_own(
    address: str, company: str | None, reference: ReferenceSet
) -> None:
    row = network.describe(pd.DataFrame({"address": [address]}), reference).iloc[0]
    expected = (company, "high", "asn") if company else (None, None, None)
    assert (row["company"], row["company_confidence"], row["company_method"]) == expected


def test_the_columns_and_their_order(reference: ReferenceSet) -> None:
    found = network.describe(pd.DataFrame({"address": ["8.8.8.8"]}), reference)
    assert found.columns.tolist() == [
        "asn", "network_operator", "network_type", "company", "company_confidence", "company_method"
    ]  # fmt: skip


def test_every_type_is_one_of_the_vocabulary(reference: ReferenceSet) -> None:
    # The first address of every 500th range of the bundled table.
    starts = reference.datasets["asn"].ranges.v4.starts[::500]
    texts = [".".join(str(start >> shift & 255) for shift in (24, 16, 8, 0)) for start in starts.tolist()]
    found = network.describe(pd.DataFrame({"address": texts}), reference)["network_type"]
    assert set(found) <= TYPES
    assert {"isp", "unknown", "reserved", "cloud", "education"} <= set(found)


def test_a_cloud_range_without_a_route_is_a_cloud(reference: ReferenceSet) -> None:
    """Part of what AWS publishes is in no AS; one such address is searched for in the data."""
    cloud, asn = reference.datasets["cloud"].ranges.v4, reference.datasets["asn"].ranges.v4
    starts = cloud.starts[(cloud.codes >= 0) & (asn.find(cloud.starts) < 0)]
    texts = [".".join(str(start >> shift & 255) for shift in (24, 16, 8, 0)) for start in starts.tolist()]
    found = network.describe(pd.DataFrame({"address": texts}), reference)
    assert len(found) > 10
    assert found["asn"].isna().all()
    assert set(found["network_type"]) <= {"cloud", "cdn", "hosting"}


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("Croatian Academic and Research Network", "nren"),
        ("Universitaet Bielefeld", "education"),
        ("Boise State College", "education"),
        ("California Institute of Technology", "education"),
        ("Ministry of Finance", "government"),
        ("State of Oregon", "government"),
        ("US Senate", "government"),
        ("Regina Police Service", "government"),
        ("THE HOUSE OF COMMONS", "government"),
        ("United States Senate Federal Credit Union", "unknown"),
        ("Example Hosting Ltd", "hosting"),
        ("Data Center Vienna", "hosting"),
        ("Example Mobile Ltd", "mobile_isp"),
        ("China Next Generation Internet CERNET2", "nren"),
        ("Utah Education Network", "nren"),
        ("Deutsche Telekom AG", "isp"),
        ("Vodafone Telecomunicacoes", "isp"),
        ("Rural Broadband Cooperative", "isp"),
        ("Acme Steel GmbH", "unknown"),
        ("Ghostwriters Inc", "unknown"),
        (None, "unknown"),
    ],
)
def test_names_suggest_a_type(operator: str | None, expected: str) -> None:
    assert type_by_name(operator) == expected


def test_a_seed_goes_before_the_name(reference: ReferenceSet) -> None:
    # The name of AS 137 suggests nothing, that of AS 1136 (KPN B.V.) neither.
    found = network.describe(pd.DataFrame({"address": ["193.206.1.1", "145.53.0.1"]}), reference)
    assert found["network_type"].tolist() == ["nren", "isp"]
    assert [type_by_name(name) for name in found["network_operator"]] == ["unknown", "unknown"]


def test_the_seeds_decide_each_network_once_and_with_a_source() -> None:
    types, clouds = read_seed("network_types"), read_seed("cloud_asns")
    numbers = [int(row["asn"]) for row in (*types, *clouds)]
    assert len(numbers) == len(set(numbers))
    assert {row["network_type"] for row in (*types, *clouds)} <= TYPES - {"reserved", "unknown"}
    assert all(row["source"] and row["as_of"] for row in (*types, *clouds))
    assert all(bool(row["company"]) == (row["network_type"] == "business") for row in types)
    assert all(row["cloud_provider"] for row in clouds)


def test_every_network_of_the_seeds_exists(reference: ReferenceSet) -> None:
    known = set(reference.datasets["asn"].values["asn"])
    assert all(int(row["asn"]) in known for row in (*read_seed("network_types"), *read_seed("cloud_asns")))


def test_a_missing_seed_is_named() -> None:
    with pytest.raises(ReferenceDataError, match=r"no_such_seed\.csv: No such file"):
        read_seed("no_such_seed")
