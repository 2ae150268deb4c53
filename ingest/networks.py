"""IPv4 that IPv6 only wraps, as gateways of both families and behind translators log it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# ::ffff:0:0/96 is a socket of both families (RFC 4291), 64:ff9b::/96 a translator (NAT64, RFC 6052). Behind
# one, a gateway of IPv6 only sees all of IPv4 in what would be one endpoint, a network of 64 bits.
WRAPPERS = (bytes(10) + b"\xff\xff", bytes.fromhex("0064ff9b") + bytes(8))
_WRAPPED_BITS = 96


def unwrapped(address: Address) -> Address:
    """The IPv4 address inside, where there is one."""
    if isinstance(address, IPv6Address) and address.packed.startswith(WRAPPERS):
        return IPv4Address(address.packed[12:])
    return address


def parse_network(text: str) -> Network:
    """A network, or an address as one; of IPv4 where IPv6 only wraps it. Raises ValueError."""
    network = ip_network(text.strip(), strict=False)
    address = unwrapped(network.network_address)
    if network.version == 6 and isinstance(address, IPv4Address) and network.prefixlen >= _WRAPPED_BITS:
        return IPv4Network((address, network.prefixlen - _WRAPPED_BITS))
    return network
