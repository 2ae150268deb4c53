"""The user's own files. Expected values are those of MaxMind's source-data/*.json, quoted in comments."""

from __future__ import annotations

import importlib.util
import shutil
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import maxminddb
import pandas as pd
import pytest

from enrichers import geo, network
from enrichers.reference import ReferenceSet
from enrichers.reference_dataset import ReferenceDataError
from enrichers.reference_mmdb import AddressFile, adapt, open_file

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


def test_a_cloud_or_anycast_address_has_no_city(tmp_path: Path) -> None:
    record = {"country_code": "US", "state1": "California", "city": "Mountain View"}
    nets = ["9.9.9.0/24", "3.5.140.0/24", "88.198.0.0/16", "104.16.0.0/16", "73.1.0.0/16", "2606:4700::/32"]
    reference = open_set(write_mmdb(tmp_path / "c.mmdb", "city", dict.fromkeys(nets, record)))
    frame = addresses("9.9.9.9", "3.5.140.1", "88.198.1.1", "104.16.0.1", "2606:4700::1111", "73.1.1.1")
    found = geo.locate(frame, reference)
    # Quad9, AWS, Hetzner, Cloudflare twice; the last is a line of Comcast.
    assert rows(found) == [("US", None, None)] * 5 + [("US", "California", "Mountain View")]


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
        ("GeoIP2-Connection-Type-Test.mmdb", "holds neither places nor AS numbers"),
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
