"""Addresses inside client-made text (a tag, a repository, a version, a host) become `[address]`."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import unquote

from ingest.strict import clean

PLACEHOLDER = "[address]"

_OCTET = r"0{0,2}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
# Four numbers below 256, or more: a version of four parts cannot be told from an address, and goes too.
_IPV4 = re.compile(rf"(?<!\d){_OCTET}(?:\.{_OCTET}){{3,}}(?!\d)", re.ASCII)
# What clouds name machines by: ip-203-0-113-5, ec2-203-0-113-5. Bare dashed numbers are more often dates.
_DASHED_IPV4 = re.compile(rf"(?<=ip-|c2-){_OCTET}(?:-{_OCTET}){{3}}(?!\d)", re.ASCII | re.IGNORECASE)
# Up to nine groups with two colons or more; ipaddress then says whether some of them are an address.
_IPV6_LIKE = re.compile(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}")
_DECODINGS = 3


def scrub(text: str) -> str:
    """The text with every IPv4 and IPv6 address in it replaced by `[address]`.

    Versions of up to three parts, digests, ports and times stay as they are. Where percent-encoding hides an
    address, the decoded text is what is returned.
    """
    if "%" in text:
        decoded = text
        for _ in range(_DECODINGS):
            decoded = unquote(decoded)
        cleaned = _replaced(decoded)
        if cleaned != decoded:
            return clean(cleaned)
    return _replaced(text)


def _replaced(text: str) -> str:
    if text.count(".") >= 3:
        text = _IPV4.sub(PLACEHOLDER, text)
    if text.count("-") >= 4:
        text = _DASHED_IPV4.sub(PLACEHOLDER, text)
    if text.count(":") >= 2:
        text = _IPV6_LIKE.sub(_replaced_ipv6, text)
    return text


def _replaced_ipv6(found: re.Match[str]) -> str:
    groups = found[0].split(":")
    for begin in range(len(groups) - 2):
        for end in range(begin + 3, len(groups) + 1):
            if _is_ipv6(groups[begin:end]):
                return PLACEHOLDER
    return found[0]


def _is_ipv6(groups: list[str]) -> bool:
    """An address that says something: `::` and `::1` are nobody's, and `std::` is no address."""
    if sum(bool(group) for group in groups) < 2:
        return False
    try:
        IPv6Address(":".join(groups))
    except ValueError:
        return False
    return True
