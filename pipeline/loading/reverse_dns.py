"""Look host names up, forward-confirmed. Off unless the setting `reverse_dns` is on.

It tells third parties (the resolver, and whoever serves the zones of these addresses) which addresses asked
for images, and when. What it learns stays in memory: an address may be written nowhere.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from ipaddress import ip_address
from typing import Final, Protocol

logger = logging.getLogger(__name__)

THREADS: Final = 16


class Resolver(Protocol):
    """What is asked of DNS."""

    def names(self, address: str) -> list[str]:
        """Names that an address has (PTR); empty where it has none."""

    def addresses(self, name: str) -> list[str]:
        """Addresses that a name has (A, AAAA); empty where it has none."""


class SystemResolver:
    """The resolver of this machine."""

    def names(self, address: str) -> list[str]:
        """Names that an address has (PTR); empty where it has none."""
        try:
            name, others, _ = socket.gethostbyaddr(address)
        except OSError:
            return []
        return [name, *others]

    def addresses(self, name: str) -> list[str]:
        """Addresses that a name has (A, AAAA); empty where it has none."""
        try:
            return [str(item[4][0]) for item in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError):
            return []


class ReverseDns:
    """Confirmed host names of addresses, each asked for once.

    `limit`: so many look-ups at most in the life of this object; `seconds`: so long at most for one call.
    What is not answered in time has no name, now and later.
    """

    def __init__(self, resolver: Resolver, limit: int, seconds: float) -> None:
        self.resolver = resolver
        self.left = limit
        self.seconds = seconds
        self._known: dict[str, str | None] = {}

    def hosts(self, addresses: Iterable[str]) -> dict[str, str]:
        """address → host name, for those whose name leads back to them."""
        asked = list(dict.fromkeys(addresses))
        new = [text for text in asked if text not in self._known][: self.left]
        self.left -= len(new)
        self._ask(new)
        return {text: name for text in asked if (name := self._known.get(text))}

    def _ask(self, addresses: list[str]) -> None:
        pool = ThreadPoolExecutor(THREADS)
        asked: dict[Future[str | None], str] = {
            pool.submit(confirmed, text, self.resolver): text for text in addresses
        }
        done, late = wait(asked, timeout=self.seconds)
        pool.shutdown(wait=False, cancel_futures=True)
        self._known |= {asked[item]: None for item in late} | {asked[item]: item.result() for item in done}
        if late:
            logger.warning("%d of %d host names did not come in time", len(late), len(asked))


def confirmed(address: str, resolver: Resolver) -> str | None:
    """The first name of an address that has that address. Anybody may write any name into their own zone."""
    wanted = ip_address(address)
    for name in resolver.names(address)[:3]:
        if any(_is_same(text, wanted) for text in resolver.addresses(name)):
            return name.lower().rstrip(".")
    return None


def _is_same(text: str, wanted: object) -> bool:
    try:
        return ip_address(text.partition("%")[0]) == wanted
    except ValueError:
        return False
