from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from ipaddress import ip_address
from pathlib import Path

import pytest

from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.ranges import parse
from pipeline.reference import bundle
from pipeline.reference.bundle import Package

Lines = list[tuple[str, ...]]

DESCRIBED: Lines = [
    ("1.0.0.0", "1.0.0.255", "AU"),
    ("1.0.1.0", "1.0.3.255", "CN"),
    # Two ranges inside another: AN is no country any longer, DE is narrower.
    ("11.0.0.0", "11.255.255.255", "US"),
    ("11.0.1.0", "11.0.1.255", "AN"),
    ("11.0.2.0", "11.0.2.15", "DE"),
    # The source really gives private space to AU.
    ("172.16.0.0", "172.31.255.255", "AU"),
    # APNIC's object for its whole space, and what a holder says of one network in it.
    ("2001:200::", "2001:3ff:ffff:ffff:ffff:ffff:ffff:ffff", "AU"),
    ("2001:209:1::", "2001:209:1:ffff:ffff:ffff:ffff:ffff", "AU"),
    ("2001:20a::", "2001:20a:ffff:ffff:ffff:ffff:ffff:ffff", "JP"),
    ("2001:20a::1", "2001:20a::1", "US"),
]
DELEGATED: Lines = [
    ("1.0.1.0", "1.0.1.255", "TW"),
    ("1.0.4.0", "1.0.4.255", "FR"),
    ("2001:208::", "2001:208:ffff:ffff:ffff:ffff:ffff:ffff", "SG"),
    ("2001:209::", "2001:209:ffff:ffff:ffff:ffff:ffff:ffff", "US"),
    ("2001:20a::", "2001:20a:ffff:ffff:ffff:ffff:ffff:ffff", "KR"),
]
COUNTRIES = {
    "1.0.0.255": "AU",
    "1.0.1.0": "CN",
    "1.0.4.0": "FR",
    "1.0.5.0": None,
    "11.0.0.1": "US",
    "11.0.1.0": None,
    "11.0.2.0": "DE",
    "11.0.2.15": "DE",
    "11.0.2.16": "US",
    "172.16.0.1": None,
    "2001:200::1": "AU",
    "2001:208::1": "SG",
    "2001:209::1": "US",
    "2001:209:1::1": "AU",
    "2001:20a::": "JP",
    "2001:20a::1": "US",
    "2001:20a::2": "JP",
}
ANNOUNCED: Lines = [
    ("1.0.0.0", "1.0.0.255", "13335", '"Cloudflare, Inc."'),
    ("1.0.4.0", "1.0.7.255", "38803", "Gtelecom Pty Ltd"),
    ("1.0.16.0", "1.0.16.255", "64512", "Private"),
    ("2.0.0.0", "2.0.0.255", "4294967294", "Larger than an INTEGER"),
    ("2.0.1.0", "2.0.1.255", "200000", "AS200000"),
    ("2.0.2.0", "2.0.2.255", "200001", "-Reserved AS-"),
    ("2001:200::", "2001:200:1b9:ffff:ffff:ffff:ffff:ffff", "2500", "WIDE Project"),
]


def package(folder: Path, name: str, lines: Lines) -> Package:
    """An archive as npm packs it: the addresses of the lines as integers, one file a family."""
    archive = folder / f"{name}.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for version in (4, 6):
            rows = [
                ",".join([str(int(ip_address(first))), str(int(ip_address(last))), *rest])
                for first, last, *rest in lines
                if ip_address(first).version == version
            ]
            content = "".join(f"{row}\n" for row in rows).encode()
            member = tarfile.TarInfo(f"package/{name}-ipv{version}-num.csv")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return Package(f"@ip-location-db/{name}", "2.3.2026061719", "sha512-x", archive)


def test_countries(tmp_path: Path) -> None:
    described = package(tmp_path, "geo-whois-asn-country", DESCRIBED)
    ranges, values = bundle.country(described, package(tmp_path, "asn-country", DELEGATED))
    names = [*values["country_code"].to_pylist(), None]
    codes = ranges.find(parse(COUNTRIES))
    assert {text: names[code] for text, code in zip(COUNTRIES, codes, strict=True)} == COUNTRIES


def test_believing_apnics_own_object_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect."""
    monkeypatch.setattr(bundle, "DEFAULT_COUNTRY", "none")
    with pytest.raises(AssertionError, match=r"'2001:208::1': 'AU'"):
        test_countries(tmp_path)


def test_as_numbers(tmp_path: Path) -> None:
    ranges, values = bundle.asn(package(tmp_path, "asn", ANNOUNCED))
    assert values["asn"].to_pylist() == [2500, 13335, 38803, 200000, 200001]
    assert values["network_operator"].to_pylist() == [
        "WIDE Project", "Cloudflare, Inc.", "Gtelecom Pty Ltd", None, None
    ]  # fmt: skip
    found = ranges.find(parse(["1.0.0.1", "1.0.4.1", "1.0.16.1", "2.0.0.1", "2.0.1.1", "2001:200::1"]))
    assert found.tolist() == [1, 2, -1, -1, 3, 0]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, True), (1, False), (23455, False), (23456, True), (64495, False), (64496, True), (65535, True),
        (65536, True), (131071, True), (131072, False), (4199999999, False), (4200000000, True),
        (4294967295, True),
    ],
)  # fmt: skip
def test_reserved_as_numbers(number: int, expected: bool) -> None:
    assert bundle.is_reserved(number) is expected


def test_the_date_is_that_of_the_version(tmp_path: Path) -> None:
    assert package(tmp_path, "asn", []).built_on == "2026-06-17"


def test_a_package_without_the_file_is_named(tmp_path: Path) -> None:
    item = Package("@ip-location-db/other", "2.3.2026061719", "", package(tmp_path, "asn", []).archive)
    with pytest.raises(ReferenceDataError, match=r"has no file package/other-ipv4-num\.csv"):
        list(item.rows(4))


def test_the_sha512_of_the_registry_is_verified(tmp_path: Path) -> None:
    path = tmp_path / "x.tgz"
    path.write_bytes(b"content")
    good = base64.b64encode(hashlib.sha512(b"content").digest()).decode()
    bundle.verify(path, f"sha512-{good}")
    path.write_bytes(b"Content")
    with pytest.raises(ReferenceDataError, match="sha512"):
        bundle.verify(path, f"sha512-{good}")


def test_a_list_that_fails_the_checks_does_not_replace_the_bundled_one(tmp_path: Path) -> None:
    target = tmp_path / "bundled" / "asn"
    target.mkdir(parents=True)
    (target / "manifest.json").write_text("kept")
    with pytest.raises(ReferenceDataError, match="cannot be trusted"):
        bundle.build("asn", [package(tmp_path, "asn", ANNOUNCED)], target)
    assert [path.name for path in target.iterdir()] == ["manifest.json"]
    assert (target / "manifest.json").read_text() == "kept"


def test_a_failing_npm_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "npm"
    program.write_text(
        "#!/bin/sh\nprintf 'no route\\nto the registry\\nA log lies in /home\\n' >&2\nexit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    words = "npm view @ip-location-db/asn failed: no route, to the registry$"
    with pytest.raises(ReferenceDataError, match=words):
        bundle.pack("@ip-location-db/asn", tmp_path)
