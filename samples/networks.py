"""Real networks of many kinds and countries, from which made-up hosts get their addresses.

The hosts are drawn at random inside each range: no traffic came from them. Ranges are wide blocks that their
operators have announced for years; clouds were checked against the providers' published ranges, the others
against the sample lookups of the bundled reference data.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Network, ip_network
from random import Random


@dataclass(frozen=True, slots=True)
class Network:
    """One range: IPv4, or IPv6 of /48 or wider. `utc_offset_h`: local time, without summer time."""

    operator: str
    country: str
    cidr: str
    utc_offset_h: int


CLOUDS = (
    Network("AWS us-east-1", "US", "54.210.0.0/16", -5),
    Network("AWS us-east-1", "US", "2600:1f18::/33", -5),
    Network("AWS eu-central-1", "DE", "18.184.0.0/15", 1),
    Network("AWS eu-central-1", "DE", "2a05:d014::/36", 1),
    Network("AWS ap-south-1", "IN", "13.126.0.0/15", 5),
    Network("AWS sa-east-1", "BR", "18.228.0.0/16", -3),
    Network("AWS ap-southeast-2", "AU", "52.62.0.0/15", 10),
    Network("Google Cloud us-east4", "US", "34.86.0.0/16", -5),
    Network("Google Cloud europe-west3", "DE", "34.89.128.0/17", 1),
    Network("Google Cloud asia-northeast1", "JP", "34.84.0.0/16", 9),
    Network("Azure westus3", "US", "4.148.0.0/16", -7),
    Network("Azure eastus", "US", "40.71.0.0/16", -5),
    Network("Azure westeurope", "NL", "52.166.0.0/16", 1),
    Network("Oracle Cloud us-phoenix-1", "US", "129.146.0.0/16", -7),
)
HOSTING = (
    Network("DigitalOcean nyc", "US", "104.131.0.0/18", -5),
    Network("DigitalOcean blr1", "IN", "159.65.144.0/20", 5),
    Network("Hetzner", "DE", "88.198.0.0/16", 1),
    Network("Hetzner", "FI", "95.216.0.0/16", 2),
    Network("Hetzner", "DE", "2a01:4f8::/32", 1),
    Network("OVH", "FR", "51.75.16.0/20", 1),
    Network("OVH", "FR", "2001:41d0::/32", 1),
    Network("Linode", "US", "45.33.32.0/19", -8),
)
GITHUB_MACOS = (Network("GitHub macOS runners", "US", "13.105.117.0/24", -8),)
PROVIDERS = (
    Network("Comcast", "US", "73.0.0.0/11", -5),
    Network("Comcast", "US", "2601::/24", -6),
    Network("T-Mobile US", "US", "2607:fb90::/32", -6),
    Network("AT&T", "US", "12.1.0.0/16", -5),
    Network("Rogers", "CA", "99.224.0.0/14", -5),
    Network("Telmex", "MX", "189.128.0.0/11", -6),
    Network("Claro", "BR", "187.26.0.0/16", -3),
    Network("Deutsche Telekom", "DE", "79.192.0.0/12", 1),
    Network("Deutsche Telekom", "DE", "2003:c0::/26", 1),
    Network("Orange", "FR", "90.0.0.0/12", 1),
    Network("Free", "FR", "82.64.0.0/14", 1),
    Network("Free", "FR", "2a01:e14::/31", 1),
    Network("British Telecom", "GB", "86.128.0.0/12", 0),
    Network("Telefonica", "ES", "83.32.0.0/13", 1),
    Network("Telecom Italia", "IT", "79.16.0.0/13", 1),
    Network("KPN", "NL", "77.160.0.0/13", 1),
    Network("Telia", "SE", "81.224.0.0/13", 1),
    Network("Orange Polska", "PL", "83.0.0.0/12", 1),
    Network("Turk Telekom", "TR", "88.224.0.0/13", 3),
    Network("Bezeq", "IL", "79.176.0.0/14", 2),
    Network("Reliance Jio", "IN", "49.32.0.0/13", 5),
    Network("Reliance Jio", "IN", "2409:4000::/23", 5),
    Network("Airtel", "IN", "122.160.0.0/14", 5),
    Network("China Telecom", "CN", "116.224.0.0/12", 8),
    Network("NTT OCN", "JP", "153.128.0.0/11", 9),
    Network("Korea Telecom", "KR", "121.128.0.0/11", 9),
    Network("HiNet", "TW", "114.32.0.0/12", 8),
    Network("Singtel", "SG", "119.74.0.0/16", 8),
    Network("Viettel", "VN", "115.72.0.0/13", 7),
    Network("Telstra", "AU", "58.160.0.0/12", 10),
    Network("Safaricom", "KE", "105.160.0.0/13", 3),
)
UNIVERSITIES = (
    Network("MIT", "US", "18.26.0.0/16", -5),
    Network("Princeton University", "US", "128.112.0.0/16", -5),
    Network("TU Dresden (DFN)", "DE", "141.76.0.0/16", 1),
    Network("ETH Zurich (SWITCH)", "CH", "129.132.0.0/16", 1),
    Network("CERN", "CH", "188.184.0.0/15", 1),
    Network("University of Oxford (JANET)", "GB", "129.67.0.0/16", 0),
    Network("University of Tokyo", "JP", "133.11.0.0/16", 9),
    Network("University of Melbourne", "AU", "128.250.0.0/16", 10),
)
BUSINESSES = (
    Network("Mercedes-Benz", "DE", "53.1.0.0/16", 1),
    Network("Apple", "US", "17.1.0.0/16", -8),
    Network("Ford", "US", "19.1.0.0/16", -5),
    Network("Boeing", "US", "130.76.0.0/16", -8),
    Network("Volkswagen", "DE", "194.114.0.0/17", 1),
    Network("Bosch", "DE", "139.15.0.0/16", 1),
    Network("Cisco", "US", "173.36.0.0/14", -8),
    Network("Intel", "US", "134.134.0.0/16", -8),
)


def draw_address(network: Network, random: Random) -> str:
    """One host of the network; two IPv6 hosts never share a /64 but by chance.

    Hosts .0 and .255 are left out, because people take them for mistakes.
    """
    block = ip_network(network.cidr)
    if isinstance(block, IPv6Network):
        prefix = random.getrandbits(64 - block.prefixlen)
        return str(block[(prefix << 64) + random.getrandbits(63) + 1])
    hosts = block.num_addresses // 256
    return str(block[256 * random.randrange(hosts) + random.randrange(1, 255)])
