"""The data that comes with Pullhouse, through the real enrichers.

Expected values: holders as RIPE, ARIN and the operators themselves name them (the table of sample look-ups
made by hand with another copy of these sources and DB-IP's city database, 2026-11).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from enrichers.networks import cloud, geo, network
from enrichers.reference.dataset import BUNDLED, read
from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.reference_set import ReferenceSet

NO_FOLDER = Path("no-such-folder")

# address, country, AS number, a word of the operator, kind of network, provider, region, how
LOOK_UPS = [
    ("8.8.8.8", "US", 15169, "Google", "cloud", None, None, None),
    ("3.5.140.1", "KR", 16509, "Amazon", "cloud", "aws", "ap-northeast-2", "cidr"),
    ("34.102.136.180", "US", 396982, "Google", "cloud", "gcp", "global", "cidr"),
    ("4.148.0.9", "US", 8075, "Microsoft", "cloud", "azure", "westus3", "cidr"),
    # GitHub's macOS runners: Microsoft's space that Azure does not publish
    ("13.105.117.1", "US", 8075, "Microsoft", "cloud", "azure", None, "asn"),
    ("88.198.1.1", "DE", 24940, "Hetzner", "hosting", "hetzner", None, "asn"),
    ("95.216.1.1", "FI", 24940, "Hetzner", "hosting", "hetzner", None, "asn"),
    ("51.75.1.1", "FR", 16276, "OVH", "hosting", "ovh", None, "asn"),
    ("104.131.1.1", "US", 14061, "DigitalOcean", "hosting", "digitalocean", "nyc", "cidr"),
    ("129.146.1.1", "US", 31898, "Oracle", "cloud", "oracle", "us-phoenix-1", "cidr"),
    ("45.33.32.156", "US", 63949, "Akamai", "hosting", "linode", None, "asn"),
    ("140.82.112.3", "US", 36459, "GitHub", "cloud", "github", None, "asn"),
    ("18.26.0.1", "US", 3, "Massachusetts Institute", "education", None, None, None),
    ("128.112.1.1", "US", 88, "Princeton", "education", None, None, None),
    # TU Dresden and ETH Zurich are behind their research networks and stay unnamed.
    ("141.76.1.1", "DE", 680, "Forschungsnetz", "nren", None, None, None),
    ("129.132.1.1", "CH", 559, "SWITCH", "nren", None, None, None),
    ("53.1.1.1", "DE", 31399, "Mercedes-Benz", "business", None, None, None),
    ("17.1.1.1", "US", 714, "Apple", "business", None, None, None),
    ("19.1.1.1", "US", 521, "Ford", "business", None, None, None),
    ("73.1.1.1", "US", 7922, "Comcast", "isp", None, None, None),
    ("12.1.1.1", "US", 7018, "AT&T", "isp", None, None, None),
    ("9.9.9.9", None, 19281, "Quad9", "anycast_dns", None, None, None),
    ("2001:4860:4860::8888", "US", 15169, "Google", "cloud", None, None, None),
    ("2a01:4f8::1", "DE", 24940, "Hetzner", "hosting", "hetzner", None, "asn"),
    ("2606:4700::1111", None, 13335, "Cloudflare", "cdn", "cloudflare", None, "cidr"),
    ("2600:1f18::1", "US", 14618, "Amazon", "cloud", "aws", "us-east-1", "cidr"),
    ("2001:620::1", "CH", 559, "SWITCH", "nren", None, None, None),
    # APNIC's own object says AU of all its space; this is the WIDE project in Japan.
    ("2001:200::1", "JP", 2500, "WIDE", "unknown", None, None, None),
    ("2a02:8071::1", "DE", 3209, "Vodafone", "isp", None, None, None),
]


@pytest.fixture(scope="module")
def reference() -> ReferenceSet:
    return ReferenceSet.open(NO_FOLDER, None)


def everything(texts: list[str | None], reference: ReferenceSet) -> pd.DataFrame:
    """As pipeline.loading.attributes calls the three enrichers."""
    frame = pd.DataFrame({"address": texts}, index=range(7, 7 + len(texts)))
    operators = network.describe(frame, reference)
    clouds = cloud.place(frame.assign(asn=operators["asn"]), reference)
    return pd.concat([frame, geo.locate(frame, reference), operators, clouds], axis=1)


@pytest.mark.parametrize("case", LOOK_UPS, ids=lambda case: case[0])
def test_sample_look_ups(case: tuple[Any, ...], reference: ReferenceSet) -> None:
    address, country, asn, operator, kind, provider, region, method = case
    row = everything([address], reference).iloc[0]
    assert (row["country_code"], row["asn"], row["network_type"]) == (country, asn, kind)
    assert operator in row["network_operator"]
    assert (row["cloud_provider"], row["cloud_region"], row["cloud_method"]) == (provider, region, method)
    assert row["region"] is None
    assert row["city"] is None


def test_all_at_once_in_any_order_gives_the_same_rows(reference: ReferenceSet) -> None:
    texts = [case[0] for case in LOOK_UPS]
    forwards = everything(texts, reference).reset_index(drop=True)
    backwards = everything(texts[::-1], reference)[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(forwards, backwards)
    assert forwards["address"].tolist() == texts


def test_a_space_without_a_route_has_no_operator(reference: ReferenceSet) -> None:
    row = everything(["137.254.16.101"], reference).iloc[0]
    assert row["country_code"] == "US"
    assert pd.isna(row["asn"])
    assert row["network_operator"] is None
    assert row["network_type"] == "unknown"


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "192.168.0.1", "100.64.0.1", "127.0.0.1", "::1", "fe80::1", "fd00::1", "2001:db8::1"],
)
def test_reserved_addresses_say_nothing_else(address: str, reference: ReferenceSet) -> None:
    row = everything([address], reference).iloc[0].drop(["address"])
    assert row.pop("network_type") == "reserved"
    assert row.isna().all()


def test_null_and_garbage_are_unknown(reference: ReferenceSet) -> None:
    found = everything([None, "garbage", "1.2.3.4/8", "8.8.8.8"], reference)
    assert found.index.tolist() == [7, 8, 9, 10]
    assert found["network_type"].tolist() == ["unknown", "unknown", "unknown", "cloud"]
    assert found["country_code"].tolist() == [None, None, None, "US"]


def test_types_of_columns_hold_without_any_row(reference: ReferenceSet) -> None:
    found = everything([], reference).drop(columns="address")
    assert found.pop("asn").dtype == "Int64"
    assert len(found.columns) == 11
    assert set(found.dtypes.astype(str)) == {"object"}


def test_unknown_text_is_none_and_not_nan(reference: ReferenceSet) -> None:
    found = everything(["10.0.0.1", "8.8.8.8"], reference).drop(columns=["address", "asn"])
    missing = [value for column in found for value in found[column] if pd.isna(value)]
    assert missing
    assert all(value is None for value in missing)


def test_the_id_names_data_and_dates(reference: ReferenceSet) -> None:
    assert reference.id == "asn 2026-06-17, cloud 2026-10-26, country 2026-06-17"
    assert reference.warnings == []


@pytest.mark.parametrize("name", ["asn", "country"])
def test_the_bundled_manifests(name: str) -> None:
    manifest = json.loads((BUNDLED / name / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["dataset"] == name
    for source in manifest["sources"]:
        assert source["source"].startswith("npm:@ip-location-db/")
        assert source["integrity"].startswith("sha512-")
    assert manifest["licence"]
    assert any("nro.net" in text for text in manifest["attribution"])
    for file, entry in manifest["files"].items():
        content = (BUNDLED / name / file).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["bytes"] == len(content)


def test_the_bundled_data_is_small() -> None:
    assert sum(path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file()) <= 6_000_000


def test_as_numbers_above_two_to_the_31_fit(reference: ReferenceSet) -> None:
    numbers = [number for number in reference.datasets["asn"].values["asn"] if number is not None]
    # The largest that is not for private use; the source has 4294967294, which overflows an INTEGER.
    assert 65536 < max(numbers) < 4_200_000_000
    assert not {0, 23456, 64512, 65535, 131071} & set(numbers)


def test_the_bundled_country_codes_are_in_the_seed(reference: ReferenceSet, repo_root: Path) -> None:
    rows = (repo_root / "seeds" / "countries.csv").read_text(encoding="utf-8").splitlines()[1:]
    codes = [row.split(",")[0] for row in rows]
    # 249 of ISO 3166-1, and XK, which ISO leaves to its users and all databases use for Kosovo
    assert len(codes) == len(set(codes)) == 250
    assert {"AX", "DE", "NA", "TW", "XK", "ZW"} <= set(codes)
    assert set(reference.datasets["country"].values["country_code"][:-1]) <= set(codes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A reference folder with a copy of the bundled countries, dated a day later."""
    target = tmp_path / "country" / "2026-06-18"
    shutil.copytree(BUNDLED / "country", target)
    edit_manifest(target, date="2026-06-18")
    return tmp_path


def edit_manifest(target: Path, **changes: Any) -> None:
    path = target / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | changes), encoding="utf-8")


def test_a_newer_data_set_is_used(folder: Path) -> None:
    reference = ReferenceSet.open(folder, None)
    assert reference.id == "asn 2026-06-17, cloud 2026-10-26, country 2026-06-18"
    assert reference.warnings == []


def test_an_older_data_set_than_the_bundled_one_is_not_used(folder: Path) -> None:
    (folder / "country" / "2026-06-18").rename(folder / "country" / "2026-06-16")
    edit_manifest(folder / "country" / "2026-06-16", date="2026-06-16")
    assert "country 2026-06-17" in ReferenceSet.open(folder, None).id


@pytest.mark.parametrize("file", ["manifest.json", "ipv4.parquet", "ipv6.parquet", "values.parquet"])
@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"PAR1"), lambda path: path.unlink()])
def test_a_damaged_data_set_is_named_and_the_next_one_used(folder: Path, file: str, damage: Any) -> None:
    damage(folder / "country" / "2026-06-18" / file)
    reference = ReferenceSet.open(folder, None)
    [warning] = reference.warnings
    assert "2026-06-18" in warning
    assert reference.id == "asn 2026-06-17, cloud 2026-10-26, country 2026-06-17"
    assert geo.locate(pd.DataFrame({"address": ["88.198.1.1"]}), reference)["country_code"].tolist() == ["DE"]


def test_a_data_set_in_the_wrong_place_is_refused(folder: Path) -> None:
    with pytest.raises(ReferenceDataError, match="holds 'country', not 'asn'"):
        read(folder / "country" / "2026-06-18", "asn")


@pytest.mark.parametrize("manifest", ["[]", "{}", '{"dataset": "country"}', "no json", '{"date": 7}'])
def test_a_manifest_of_another_form_is_refused(folder: Path, manifest: str) -> None:
    (folder / "country" / "2026-06-18" / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(ReferenceDataError, match="cannot be used"):
        read(folder / "country" / "2026-06-18", "country")
