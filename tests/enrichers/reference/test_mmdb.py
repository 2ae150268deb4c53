"""The user's own files. Expected values are those of MaxMind's source-data/*.json, quoted in comments."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import maxminddb
import pandas as pd
import pytest

from enrichers.networks import geo, network
from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.mmdb import AddressFile, adapt, open_file
from enrichers.reference.reference_set import ReferenceSet

NO_FOLDER = Path("no-such-folder")
UINT16, UINT32, UINT64 = 5, 6, 9
BYTES = {UINT16: 2, UINT32: 4, UINT64: 8}
BUILT = 1781654400  # 2026-06-17 00:00 UTC


@pytest.fixture(scope="module")
def maxmind(repo_root: Path) -> Path:
    return repo_root / "tests" / "data" / "reference" / "maxmind"


def open_set(path: Path | None) -> ReferenceSet:
    return ReferenceSet.open(NO_FOLDER, path)


def rows(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [
        tuple(None if pd.isna(value) else value for value in row) for row in table.itertuples(index=False)
    ]


def addresses(*texts: str | None) -> pd.DataFrame:
    return pd.DataFrame({"address": list(texts)})


def test_city(maxmind: Path) -> None:
    reference = open_set(maxmind / "GeoIP2-City-Test.mmdb")
    found = geo.locate(
        addresses("2.125.160.216", "89.160.20.112", "216.160.83.56", "2001:218::1", "18.26.0.1"), reference
    )
    assert rows(found) == [
        # "::2.125.160.216/125": GB, subdivisions England > West Berkshire, Boxford
        ("GB", "England", "Boxford"),
        # "::89.160.20.112/124": SE, Östergötland County, Linköping
        ("SE", "Östergötland County", "Linköping"),
        # "::216.160.83.56/125": US, Washington, Milton
        ("US", "Washington", "Milton"),
        # "2001:218::/32": JP, no subdivision, no city
        ("JP", None, None),
        # Not in that file: the bundled country, no city.
        ("US", None, None),
    ]
    assert reference.warnings == []
    assert reference.id == "GeoIP2-City 2026-02-04, asn 2026-06-17, cloud 2026-10-26, country 2026-06-17"


def test_country(maxmind: Path) -> None:
    # "::81.2.69.160/123": GB; "::74.209.24.0/116": US; "2001:218::/32": JP
    found = geo.locate(
        addresses("81.2.69.160", "74.209.24.0", "2001:218::1"), open_set(maxmind / "GeoIP2-Country-Test.mmdb")
    )
    assert rows(found) == [("GB", None, None), ("US", None, None), ("JP", None, None)]


@pytest.mark.parametrize("name", ["GeoLite2-ASN-Test", "GeoIP2-ISP-Test"])
def test_asn_and_isp(maxmind: Path, name: str) -> None:
    found = network.describe(addresses("1.128.0.0", "12.81.96.1"), open_set(maxmind / f"{name}.mmdb"))
    assert rows(found[["asn", "network_operator"]]) == [
        # "1.128.0.0/11": 1221, Telstra Pty Ltd (the bundled name is another: Telstra Limited)
        (1221, "Telstra Pty Ltd"),
        # "12.81.96.0/19": 7018 without a name; the bundled data has the same AS there, and its name
        (7018, "AT&T Enterprises, LLC"),
    ]


def test_the_operator_of_another_as_is_not_borrowed(tmp_path: Path) -> None:
    # The bundled data has 8.8.8.8 in AS 15169, Google LLC.
    file = write_mmdb(tmp_path / "a.mmdb", "My-ASN", {"8.8.8.0/24": {"autonomous_system_number": 64500}})
    found = network.describe(addresses("8.8.8.8"), open_set(file))
    assert rows(found[["asn", "network_operator"]]) == [(64500, None)]


def test_enterprise_answers_both(maxmind: Path) -> None:
    reference = open_set(maxmind / "GeoIP2-Enterprise-Test.mmdb")
    # "::74.209.24.0/116": US, New York, Chatham; AS 14671 FairPoint Communications
    assert rows(geo.locate(addresses("74.209.24.0"), reference)) == [("US", "New York", "Chatham")]
    found = network.describe(addresses("74.209.24.0"), reference)
    assert rows(found[["asn", "network_operator"]]) == [(14671, "FairPoint Communications")]


def test_a_folder_of_files(maxmind: Path, tmp_path: Path) -> None:
    for name in ("GeoIP2-City-Test", "GeoLite2-ASN-Test"):
        shutil.copy(maxmind / f"{name}.mmdb", tmp_path)
    # By name this comes first, but MaxMind's own files go before all others.
    write_mmdb(tmp_path / "A.mmdb", "DBIP-City-Lite", {"81.2.69.0/24": {"country": {"iso_code": "IE"}}})
    reference = open_set(tmp_path)
    assert [file.id for file in reference.files] == [
        "GeoIP2-City 2026-02-04",
        "GeoLite2-ASN 2026-02-04",
        "DBIP-City-Lite 2026-06-17",
    ]
    # "::81.2.69.142/127": GB, England, London; 81.2.69.1 is in the third file only
    found = geo.locate(addresses("81.2.69.142", "81.2.69.1"), reference)
    assert rows(found) == [("GB", "England", "London"), ("IE", None, None)]


def test_a_city_never_stands_beside_the_country_of_another_file(maxmind: Path, tmp_path: Path) -> None:
    shutil.copy(maxmind / "GeoIP2-Country-Test.mmdb", tmp_path)
    record = {"country_code": "IE", "city": "Dublin"}
    write_mmdb(
        tmp_path / "x.mmdb",
        "other",
        {"81.2.69.160/31": record, "81.2.69.162/31": record | {"country_code": "GB"}},
    )
    # GeoIP2-Country-Test: "::81.2.69.160/123" is GB
    found = geo.locate(addresses("81.2.69.160", "81.2.69.162"), open_set(tmp_path))
    assert rows(found) == [("GB", None, None), ("GB", None, "Dublin")]


def test_an_anycast_address_has_no_country_and_a_cloud_s_no_city(tmp_path: Path) -> None:
    record = {"country_code": "US", "state1": "California", "city": "Mountain View"}
    nets = ["9.9.9.0/24", "3.5.140.0/24", "88.198.0.0/16", "104.16.0.0/16", "73.1.0.0/16", "2606:4700::/32"]
    reference = open_set(write_mmdb(tmp_path / "c.mmdb", "city", dict.fromkeys(nets, record)))
    frame = addresses("9.9.9.9", "3.5.140.1", "88.198.1.1", "104.16.0.1", "2606:4700::1111", "73.1.1.1")
    found = geo.locate(frame, reference)
    nowhere, only_country = (None, None, None), ("US", None, None)
    # Quad9, AWS, Hetzner, Cloudflare twice; the last is a line of Comcast.
    assert rows(found) == [
        nowhere,
        only_country,
        only_country,
        nowhere,
        nowhere,
        ("US", "California", "Mountain View"),
    ]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        # DB-IP lite: MaxMind's shape, English names, no codes of subdivisions
        (
            {
                "country": {"iso_code": "DE"},
                "subdivisions": [{"names": {"en": "Saxony"}}],
                "city": {"names": {"en": "Falkenstein", "de": "Falkenstein/Vogtl."}},
            },
            ("DE", "Saxony", "Falkenstein", None, None),
        ),
        # ip-location-db
        (
            {"country_code": "FI", "state1": "Uusimaa", "state2": "", "city": "Helsinki"},
            ("FI", "Uusimaa", "Helsinki", None, None),
        ),
        (
            {"autonomous_system_number": 24940, "autonomous_system_organization": "Hetzner Online GmbH"},
            (None, None, None, 24940, "Hetzner Online GmbH"),
        ),
        # IPinfo Lite: country is a name
        (
            {"country": "Canada", "country_code": "CA", "asn": "AS174", "as_name": "Cogent Communications"},
            ("CA", None, None, 174, "Cogent Communications"),
        ),
        # IPinfo country and ASN: country is a code
        ({"country": "JP", "country_name": "Japan", "asn": "AS2519"}, ("JP", None, None, 2519, None)),
        ({"asn": "", "city": "", "country_code": ""}, (None, None, None, None, None)),
        ({"city": 7, "country": ["x"], "asn": "ASx", "subdivisions": []}, (None, None, None, None, None)),
    ],
)
def test_records_of_other_providers(record: dict[str, Any], expected: tuple[Any, ...]) -> None:
    columns = ("country_code", "region", "city", "asn", "network_operator")
    assert tuple(adapt(record)[column] for column in columns) == expected


@pytest.mark.parametrize(
    "record",
    [
        {"city": {"names": None}},
        {"city": {"names": ["Paris"]}},
        {"subdivisions": {"names": {"en": "x"}}},
        {"subdivisions": [3]},
        {"country": 5, "country_code": "usa"},
        {"country": "France"},
        {"asn": "AS99999999999"},
        {"asn": "²"},
        {"asn": -1},
    ],
    ids=str,
)
def test_a_field_of_another_form_says_nothing(record: dict[str, Any]) -> None:
    """One such record must not end the load of a whole log."""
    assert not any(adapt(record).values())


def test_a_country_code_is_in_capitals() -> None:
    assert adapt({"country": "de"})["country_code"] == "DE"


@pytest.mark.parametrize("record", [None, "text", 7, []])
def test_a_record_of_another_form_says_nothing(record: object) -> None:
    assert adapt(record) == {}


def test_an_ipv4_file_is_not_asked_for_ipv6(tmp_path: Path) -> None:
    file = write_mmdb(
        tmp_path / "4.mmdb", "country ipv4", {"73.0.0.0/8": {"country_code": "CA"}}, ip_version=4
    )
    found = geo.locate(addresses("73.1.1.1", "2a01:4f8::1"), open_set(file))
    assert found["country_code"].tolist() == ["CA", "DE"]


def test_null_garbage_and_reserved_addresses_are_not_asked(tmp_path: Path) -> None:
    file = write_mmdb(tmp_path / "a.mmdb", "country", {"0.0.0.0/1": {"country_code": "CA"}})
    found = geo.locate(addresses(None, "garbage", "10.0.0.1", "127.0.0.1", "73.1.1.1"), open_set(file))
    assert found["country_code"].tolist() == [None, None, None, None, "CA"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("GeoIP2-City-Test-Invalid-Node-Count.mmdb", "no mmdb file, or a damaged one"),
        ("GeoIP2-City-Test-Broken-Double-Format.mmdb", "no mmdb file, or a damaged one"),
        ("GeoIP2-User-Count-Test.mmdb", "holds nothing of use here"),
        ("LICENSE-MIT", "no mmdb file, or a damaged one"),
        ("missing.mmdb", "No such file"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_the_next_source_used(
    maxmind: Path, name: str, words: str
) -> None:
    reference = open_set(maxmind / name)
    [warning] = reference.warnings
    assert name in warning
    assert words in warning
    assert geo.locate(addresses("88.198.1.1"), reference)["country_code"].tolist() == ["DE"]
    assert reference.id == "asn 2026-06-17, cloud 2026-10-26, country 2026-06-17"


def test_a_truncated_file(maxmind: Path, tmp_path: Path) -> None:
    content = (maxmind / "GeoIP2-City-Test.mmdb").read_bytes()
    (tmp_path / "cut.mmdb").write_bytes(content[: len(content) // 2])
    [warning] = open_set(tmp_path / "cut.mmdb").warnings
    assert "no mmdb file, or a damaged one" in warning


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    [warning] = open_set(tmp_path).warnings
    assert "holds no .mmdb file" in warning


def test_an_outdated_file_is_named_and_the_next_source_used(tmp_path: Path) -> None:
    nets = {"88.198.0.0/16": {"country_code": "CA"}}
    # The bundled data is of 2026-06-17; a year before it is the border.
    old = write_mmdb(tmp_path / "old.mmdb", "country", nets, built=1750032000)  # 2025-06-16
    young = write_mmdb(tmp_path / "young.mmdb", "country", nets, built=1750118400)  # 2025-06-17
    [warning] = open_set(old).warnings
    assert "old.mmdb is outdated (built on 2025-06-16" in warning
    assert geo.locate(addresses("88.198.1.1"), open_set(old))["country_code"].tolist() == ["DE"]
    assert open_set(young).warnings == []
    assert geo.locate(addresses("88.198.1.1"), open_set(young))["country_code"].tolist() == ["CA"]


def test_damage_that_shows_only_when_asked_drops_the_file() -> None:
    def ask(address: str) -> dict[str, Any]:
        raise maxminddb.InvalidDatabaseError("bad data")

    reference = open_set(None)
    file = AddressFile(Path("big.mmdb"), "big", ("country_code",), date(2026, 6, 1), False, ask)
    reference.files.append(file)
    assert geo.locate(addresses("88.198.1.1"), reference)["country_code"].tolist() == ["DE"]
    [warning] = reference.warnings
    assert "big.mmdb is no mmdb file, or a damaged one" in warning
    assert "big" not in reference.id


def test_without_the_c_extension_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ReferenceDataError, match="without its C extension"):
        open_set(None)


def test_the_reader_is_the_c_extension(maxmind: Path) -> None:
    with maxminddb.open_database(maxmind / "GeoIP2-City-Test.mmdb", maxminddb.MODE_MMAP_EXT) as reader:
        assert type(reader).__module__ == "maxminddb.extension"
    assert open_file(maxmind / "GeoIP2-City-Test.mmdb").built_on == date(2026, 2, 4)


# The editions that say who uses a network. Values: source-data/*.json of MaxMind-DB.


def test_the_fixtures_are_maxminds_own(maxmind: Path) -> None:
    """Those of the source distribution maxminddb 3.2.0 (sha256 d28e0073…), folder tests/data/test-data."""
    listed = (maxmind / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in listed)}
    assert set(sums) == {path.name for path in maxmind.glob("*.mmdb")}
    for name, digest in sums.items():
        assert hashlib.sha256((maxmind / name).read_bytes()).hexdigest() == digest, name


def traits(reference: ReferenceSet, *texts: str) -> list[dict[str, Any]]:
    columns = reference.traits(addresses(*texts)["address"])
    return [{name: values[row] for name, values in columns.items()} for row in range(len(texts))]


def test_geolite_city_and_country(maxmind: Path) -> None:
    for name in ("GeoLite2-City-Test", "GeoLite2-Country-Test"):
        found = geo.locate(addresses("81.2.69.160", "89.160.20.112"), open_set(maxmind / f"{name}.mmdb"))
        # "::81.2.69.160/123": GB; "::89.160.20.112/124": SE
        assert found["country_code"].tolist() == ["GB", "SE"], name


def test_enterprise_says_who_uses_an_address(maxmind: Path) -> None:
    reference = open_set(maxmind / "GeoIP2-Enterprise-Test.mmdb")
    found = traits(reference, "74.209.24.0", "1.124.213.1")
    # "::74.209.24.0/116"
    assert found[0] == {
        "user_type": "residential",
        "connection_type": "Cable/DSL",
        "anonymity": None,
        "isp": "Fairpoint Communications",
        "organization": "Fairpoint Communications",
        "domain": "frpt.net",
    }
    # "::1.124.213.0/120": cellular
    assert (found[1]["user_type"], found[1]["connection_type"]) == ("cellular", "Cellular")
    described = network.describe(
        addresses("74.209.24.0", "1.124.213.1", "214.78.0.1", "81.2.69.160"), reference
    )
    # residential; cellular; military ("214.78.0.0/23"); government ("STONEHOUSE office network")
    assert described["network_type"].tolist() == ["isp", "mobile_isp", "government", "government"]
    assert described["company"].isna().all()


def test_isp_names_the_customer_of_an_isp(maxmind: Path) -> None:
    reference = open_set(maxmind / "GeoIP2-ISP-Test.mmdb")
    found = traits(reference, "12.87.118.0", "24.38.243.141")
    # "::12.87.118.0/119"; "::24.38.243.141/128" has an organization and no ISP
    assert (found[0]["isp"], found[0]["organization"]) == ("AT&T Services", "AT&T Worldnet Services")
    assert (found[1]["isp"], found[1]["organization"]) == (None, "LAWN MULLEN & GOOD INTERNATIONAL")
    described = network.describe(addresses("12.87.118.0", "24.38.243.141", "8.33.16.0"), reference)
    # A part of the ISP; nobody's customer; "::8.33.16.0/119", Co-Mo Connect, which connects others
    assert described["company"].isna().all()


def test_domain(maxmind: Path) -> None:
    reference = open_set(maxmind / "GeoIP2-Domain-Test.mmdb")
    found = traits(reference, "1.2.0.0", "71.160.223.0")
    # "::1.2.0.0/112": maxmind.com; "::71.160.223.0/120": verizon.net
    assert [row["domain"] for row in found] == ["maxmind.com", "verizon.net"]
    # The domain of an ISP's line is the ISP's.
    assert network.describe(addresses("71.160.223.0"), reference)["company"].isna().all()


def test_connection_type(maxmind: Path) -> None:
    reference = open_set(maxmind / "GeoIP2-Connection-Type-Test.mmdb")
    found = traits(reference, "1.0.0.0", "1.0.1.0")
    # "::1.0.0.0/120": Cable/DSL; "::1.0.1.0/120": Cellular
    assert [row["connection_type"] for row in found] == ["Cable/DSL", "Cellular"]
    described = network.describe(addresses("1.0.1.0"), reference)
    assert described["network_type"].tolist() == ["mobile_isp"]


def test_anonymous_ip(maxmind: Path) -> None:
    reference = open_set(maxmind / "GeoIP2-Anonymous-IP-Test.mmdb")
    found = traits(reference, "1.2.0.0", "71.160.223.0", "186.30.236.0", "65.0.0.0")
    # "::1.2.0.0/112": VPN; "::71.160.223.0/120": hosting provider only; "::186.30.236.0/120": public proxy;
    # "::65.0.0.0/109": Tor
    assert [row["anonymity"] for row in found] == ["vpn_proxy", "hosting", "vpn_proxy", "vpn_proxy"]
    described = network.describe(addresses("1.2.0.0", "71.160.223.0"), reference)
    assert described["network_type"].tolist() == ["vpn_proxy", "hosting"]


@pytest.mark.parametrize(
    ("address", "record", "expected"),
    [
        # The company of a business user, another one than the ISP
        ("73.1.1.1", {"user_type": "business", "isp": "Comcast", "organization": "Acme Steel"},
         ("business", "Acme Steel", "high", "organization")),
        # The same without a word on its user, from a name that suggests no provider
        ("73.1.1.1", {"isp": "Comcast", "organization": "Acme Steel"},
         ("business", "Acme Steel", "medium", "isp_customer")),
        ("73.1.1.1", {"isp": "Comcast", "organization": "Acme Hosting"}, ("isp", None, None, None)),
        ("73.1.1.1", {"isp": "Comcast", "organization": "Vodafone"}, ("isp", None, None, None)),
        ("73.1.1.1", {"user_type": "residential", "isp": "Comcast", "organization": "Acme Steel"},
         ("isp", None, None, None)),
        ("73.1.1.1", {"user_type": "business", "domain": "acme.example"},
         ("business", "acme.example", "medium", "domain")),
        # Mercedes-Benz by its AS; behind a proxy it is nobody
        ("53.1.1.1", {"domain": "acme.example"}, ("business", "Mercedes-Benz Group", "high", "asn")),
        ("53.1.1.1", {"vpn": "true"}, ("vpn_proxy", None, None, None)),
        ("53.1.1.1", {"user_type": "residential"}, ("isp", None, None, None)),
        # In a host's network no company is named, whoever is said to use it
        ("88.198.1.1", {"user_type": "business", "isp": "Hetzner", "organization": "Acme Steel"},
         ("hosting", None, None, None)),
        ("3.5.140.1", {"user_type": "business", "isp": "Amazon", "organization": "Acme Steel"},
         ("cloud", None, None, None)),
        ("141.76.1.1", {"isp": "DFN", "organization": "Acme Steel"}, ("nren", None, None, None)),
        ("73.1.1.1", {"connection_type": "Cellular"}, ("mobile_isp", None, None, None)),
        ("53.1.1.1", {"connection_type": "Cellular"}, ("business", "Mercedes-Benz Group", "high", "asn")),
        # IPinfo's flat fields
        ("73.1.1.1", {"as_name": "Comcast", "as_type": "isp", "company_name": "Acme Steel",
                      "company_type": "business"}, ("business", "Acme Steel", "high", "organization")),
        ("73.1.1.1", {"vpn": "true", "hosting": ""}, ("vpn_proxy", None, None, None)),
        ("73.1.1.1", {"hosting": "true"}, ("hosting", None, None, None)),
        ("10.0.0.1", {"user_type": "business", "domain": "acme.example"}, ("reserved", None, None, None)),
    ],
)  # fmt: skip
def test_what_a_file_says_of_a_network(
    tmp_path: Path, address: str, record: dict[str, Any], expected: tuple[str | None, ...]
) -> None:
    file = write_mmdb(tmp_path / "n.mmdb", "networks", {f"{address}/32": record})
    described = network.describe(addresses(address), open_set(file))
    columns = ["network_type", "company", "company_confidence", "company_method"]
    assert rows(described[columns]) == [expected]


def test_the_first_file_that_answers_wins(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "a.mmdb", "networks", {"73.1.1.1/32": {"user_type": "cellular"}})
    write_mmdb(
        tmp_path / "b.mmdb", "networks", {"73.1.1.0/31": {"user_type": "college", "domain": "x.example"}}
    )
    found = traits(open_set(tmp_path), "73.1.1.1", "73.1.1.0")
    assert [(row["user_type"], row["domain"]) for row in found] == [
        ("cellular", "x.example"),
        ("college", "x.example"),
    ]


def write_mmdb(
    path: Path, kind: str, records: dict[str, Any], *, ip_version: int = 6, built: int = BUILT
) -> Path:
    """A database in the published format (MaxMind DB 2.0) that holds the records of these networks."""
    nodes: list[list[Any]] = [[None, None]]
    for text, record in records.items():
        bits = network_bits(text, ip_version)
        node = 0
        for bit in bits[:-1]:
            if nodes[node][bit] is None:
                nodes.append([None, None])
                nodes[node][bit] = len(nodes) - 1
            node = nodes[node][bit]
        nodes[node][bits[-1]] = encode(record)
    data = b""
    tree = b""
    for node in nodes:
        for child in node:
            if isinstance(child, bytes):
                value, data = len(nodes) + 16 + len(data), data + child
            else:
                value = len(nodes) if child is None else child
            tree += value.to_bytes(4, "big")
    metadata = {
        "binary_format_major_version": (UINT16, 2),
        "binary_format_minor_version": (UINT16, 0),
        "build_epoch": (UINT64, built),
        "database_type": kind,
        "description": {},
        "ip_version": (UINT16, ip_version),
        "languages": [],
        "node_count": len(nodes),
        "record_size": (UINT16, 32),
    }
    path.write_bytes(tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + encode(metadata))
    return path


def network_bits(text: str, ip_version: int) -> list[int]:
    net = ip_network(text)
    packed = net.network_address.packed
    if ip_version == 6 and net.version == 4:
        packed = bytes(12) + packed
    length = net.prefixlen + 8 * len(packed) - net.max_prefixlen
    return [packed[position // 8] >> (7 - position % 8) & 1 for position in range(length)]


def encode(value: Any) -> bytes:
    if isinstance(value, dict):
        return control(7, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())
    if isinstance(value, list):
        return control(11, len(value)) + b"".join(encode(item) for item in value)
    if isinstance(value, str):
        return control(2, len(value.encode())) + value.encode()
    kind, number = value if isinstance(value, tuple) else (UINT32, value)
    return control(kind, BYTES[kind]) + number.to_bytes(BYTES[kind], "big")


def control(kind: int, size: int) -> bytes:
    extended = kind > 7
    short, rest = (size, b"") if size < 29 else (29, bytes([size - 29]))
    return bytes([(0 if extended else kind) << 5 | short]) + (bytes([kind - 7]) if extended else b"") + rest
