"""The client's address: who spoke to the gateway, or whom a trusted proxy names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address

import pandas as pd

from ingest.networks import Address, Network, unwrapped

_BRACKETED = re.compile(r"\[([^\]]*)\](?::\d{1,5})?", re.ASCII)
_WITH_PORT = re.compile(r"([0-9.]+):\d{1,5}", re.ASCII)


def resolve(pairs: pd.DataFrame, trusted: Sequence[Network]) -> pd.DataFrame:
    """Find the client's address of each pair. `pairs`: remote_addr, x_forwarded_for (text or null).

    `trusted`: networks of the proxies whose X-Forwarded-For is believed. Returns the two columns and
    `address`: canonical text, IPv4 where an IPv6 address only wraps one, null where none is known; with the
    index of `pairs`.

    The rule is that of nginx's realip module with real_ip_recursive: the peer, unless it is trusted; then the
    right-most entry that is not trusted. Entries left of it are the client's own words. An entry that is no
    address ends the search at the last good hop.
    """
    peers, chains = _texts(pairs["remote_addr"]), _texts(pairs["x_forwarded_for"])
    addresses = [_client(peer, chain, trusted) for peer, chain in zip(peers, chains, strict=True)]
    columns = {
        "remote_addr": peers,
        "x_forwarded_for": chains,
        "address": [str(address) if address else None for address in addresses],
    }
    return pd.DataFrame(
        {name: pd.Series(values, index=pairs.index, dtype=object) for name, values in columns.items()}
    )


def parse_address(text: str) -> Address | None:
    """One address in any form that proxies write: with a port, in brackets, with a zone, IPv4 inside IPv6."""
    text = text.strip().strip('"')
    found = _BRACKETED.fullmatch(text) or _WITH_PORT.fullmatch(text)
    try:
        address = ip_address((found[1] if found else text).partition("%")[0])
    except ValueError:
        return None
    return unwrapped(address)


def _client(peer: str | None, chain: str | None, trusted: Sequence[Network]) -> Address | None:
    if peer is None:
        return None
    address = parse_address(peer)
    # A Unix socket has no address; who speaks through it is a program on the gateway's own machine.
    is_believed = peer.startswith("unix:") if address is None else _is_trusted(address, trusted)
    if not is_believed or chain is None:
        return address
    for entry in reversed([entry for entry in chain.split(",") if entry.strip()]):
        hop = parse_address(entry)
        if hop is None:
            break
        address = hop
        if not _is_trusted(hop, trusted):
            break
    return address


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in trusted)


def _texts(column: pd.Series) -> list[str | None]:
    return [value if isinstance(value, str) else None for value in column]
