from __future__ import annotations

import random
from ipaddress import ip_network

import pandas as pd
import pytest
from pandas.api.types import is_object_dtype

from ingest import addresses
from ingest.addresses import parse_address, resolve

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("192.0.2.1/32")]


def address(remote_addr: str | None, forwarded: str | None, trusted: bool = True) -> str | None:
    pairs = pd.DataFrame(
        {
            "remote_addr": pd.Series([remote_addr], dtype=object),
            "x_forwarded_for": pd.Series([forwarded], dtype=object),
        }
    )
    return resolve(pairs, PROXIES if trusted else [])["address"].iloc[0]


@pytest.mark.parametrize(
    ("remote_addr", "forwarded", "expected"),
    [
        ("198.51.100.1", None, "198.51.100.1"),
        # The peer is nobody's proxy: what it says is not believed.
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        # The right-most that is no proxy; never the left-most.
        ("10.0.0.1", "8.8.8.8, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "8.8.8.8, 203.0.113.9, 10.1.1.1,192.0.2.1", "203.0.113.9"),
        ("10.0.0.1", "10.9.9.9, 10.1.1.1", "10.9.9.9"),
        # Junk ends the search at the last good hop.
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, junk", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, junk, 10.2.2.2", "10.2.2.2"),
        ("10.0.0.1", "junk, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", ", 203.0.113.9,", "203.0.113.9"),
        ("10.0.0.1", " , ", "10.0.0.1"),
        # Forms.
        ("10.0.0.1", "203.0.113.9:5123", "203.0.113.9"),
        ("10.0.0.1", "[2001:DB8::9]:443", "2001:db8::9"),
        ("10.0.0.1", "[2001:db8::9]", "2001:db8::9"),
        ("10.0.0.1", '"[2001:db8::9]:443"', "2001:db8::9"),
        ("10.0.0.1", "2001:0db8:0:0:0:0:0:9", "2001:db8::9"),
        ("10.0.0.1", "fe80::9%eth0", "fe80::9"),
        ("10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, ::ffff:10.3.3.3", "203.0.113.9"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::ffff:198.51.100.1", None, "198.51.100.1"),
        ("64:ff9b::198.51.100.1", None, "198.51.100.1"),
        ("64:ff9b::10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("fd00::1", "2001:db8::9, fd00::2", "2001:db8::9"),
        ("2001:db8::1", "2001:db8::9", "2001:db8::1"),
        ("10.0.0.1", "010.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.999", "10.0.0.1"),
        # A Unix socket is a program on the gateway's own machine.
        ("unix:", "203.0.113.9", "203.0.113.9"),
        ("unix:", None, None),
        ("unix:", "junk", None),
        ("junk", "203.0.113.9", None),
        (None, "203.0.113.9", None),
    ],
)
def test_the_client_is_who_can_be_believed(
    remote_addr: str | None, forwarded: str | None, expected: str | None
) -> None:
    assert address(remote_addr, forwarded) == expected


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert address("10.0.0.1", "203.0.113.9", trusted=False) == "10.0.0.1"


def forged_clients(count: int) -> list[str | None]:
    """Who is found when clients write what they like, and the proxy adds the address it sees at the right."""
    generator = random.Random(1)
    words = ["8.8.8.8", "10.0.0.7", "junk", "", "[::1]:1", "unix:", '"', "1.1.1.1:99999"]
    prefixes = [generator.choices(words, k=generator.randint(0, 5)) for _ in range(count)]
    return [address("10.0.0.1", ", ".join([*prefix, "203.0.113.9"])) for prefix in prefixes]


def test_a_thousand_forged_prefixes_change_nothing() -> None:
    assert set(forged_clients(1000)) == {"203.0.113.9"}


def test_a_search_from_the_left_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "reversed", list, raising=False)
    assert set(forged_clients(50)) > {"203.0.113.9"}


@pytest.mark.parametrize(
    "text", ["", " ", "unknown", "1.2.3", "1.2.3.4.5", "[1.2.3.4", "::1]", "1.2.3.4:x", "_"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert parse_address(text) is None


def test_pairs_and_their_index_stay_as_they_are() -> None:
    pairs = pd.DataFrame(
        {"remote_addr": ["10.0.0.1", "198.51.100.1"], "x_forwarded_for": ["203.0.113.9", None]}, index=[5, 2]
    )
    resolved = resolve(pairs, PROXIES)
    assert list(resolved.columns) == ["remote_addr", "x_forwarded_for", "address"]
    assert resolved.loc[5].tolist() == ["10.0.0.1", "203.0.113.9", "203.0.113.9"]
    assert resolved.loc[2].tolist() == ["198.51.100.1", None, "198.51.100.1"]
    assert all(map(is_object_dtype, resolved.dtypes))


def test_no_pairs_give_the_columns() -> None:
    empty = pd.DataFrame({"remote_addr": [], "x_forwarded_for": []}, dtype=object)
    assert list(resolve(empty, PROXIES).columns) == ["remote_addr", "x_forwarded_for", "address"]
