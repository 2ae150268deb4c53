"""IPv4 that IPv6 only wraps: addresses and networks as gateways write them."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ingest.networks import parse_network, unwrapped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("64:ff9b::192.0.2.7", "192.0.2.7"),
        # The neighbours of both, and a translator's own prefix (RFC 8215), which may be of any width.
        ("::fffe:192.0.2.7", "::fffe:c000:207"),
        ("64:ff9b::1:c000:207", "64:ff9b::1:c000:207"),
        ("64:ff9b:1::c000:207", "64:ff9b:1::c000:207"),
        ("2001:db8::7", "2001:db8::7"),
    ],
)
def test_unwrapped(text: str, expected: str) -> None:
    assert str(unwrapped(ip_address(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        (" 192.0.2.7/24 ", "192.0.2.0/24"),
        ("2001:db8::7", "2001:db8::7/128"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("64:ff9b::192.0.2.0/120", "192.0.2.0/24"),
        ("64:ff9b::/96", "0.0.0.0/0"),
        # Wider than what wraps IPv4: a network of IPv6.
        ("64:ff9b::/32", "64:ff9b::/32"),
    ],
)
def test_parse_network(text: str, expected: str) -> None:
    assert str(parse_network(text)) == expected


def test_no_network() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        parse_network("192.0.2")
