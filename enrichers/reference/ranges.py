"""Address ranges: fast parsing of addresses, and one sorted table that says which range holds each of them.

A table is a list of starts; a range ends where the next one begins, so ranges cannot overlap. Each start
has a code: the row of the values that the range stands for, or NOTHING for a gap. The first start is the
lowest address, so every address lies in exactly one range.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingest.networks import WRAPPERS

NOTHING = -1

Ints = npt.NDArray[np.integer[Any]]
# start, end (inclusive), rank, code
Range = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Parsed addresses: `v4` (uint32) and `v6` (16 bytes, network order), and the rows they came from."""

    size: int
    v4: npt.NDArray[Any]
    v4_rows: Ints
    v6: npt.NDArray[Any]
    v6_rows: Ints

    @property
    def valid(self) -> npt.NDArray[np.bool_]:
        """Whether each text was an address."""
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[self.v4_rows] = True
        mask[self.v6_rows] = True
        return mask


def parse(texts: Iterable[object]) -> Addresses:
    """Parse addresses as text; anything else (null, garbage) is in neither family.

    An IPv4 address inside IPv6 (::ffff:192.0.2.1, 64:ff9b::192.0.2.1) is that IPv4 address.
    """
    packed = [_packed(text) for text in texts]
    v4_rows = [row for row, value in enumerate(packed) if len(value) == 4]
    v6_rows = [row for row, value in enumerate(packed) if len(value) == 16]
    return Addresses(
        size=len(packed),
        v4=np.frombuffer(b"".join([packed[row] for row in v4_rows]), dtype=">u4").astype(np.uint32),
        v4_rows=np.array(v4_rows, dtype=np.int64),
        v6=np.frombuffer(b"".join([packed[row] for row in v6_rows]), dtype="S16"),
        v6_rows=np.array(v6_rows, dtype=np.int64),
    )


def _packed(text: object) -> bytes:
    """4 or 16 bytes; none for what is no address."""
    if not isinstance(text, str):
        return b""
    try:
        value = inet_pton(AF_INET6 if ":" in text else AF_INET, text)
    except (OSError, ValueError):  # ValueError: a null byte, or text that is no Unicode
        return b""
    return value[12:] if value.startswith(WRAPPERS) else value


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The ranges of one family: `starts` strictly ascending from the lowest address, and a code for each."""

    starts: npt.NDArray[Any]
    codes: Ints

    def find(self, keys: npt.NDArray[Any]) -> Ints:
        """The code of the range that holds each key."""
        return self.codes[np.searchsorted(self.starts, keys, side="right") - 1]


@dataclass(frozen=True, slots=True)
class RangeTable:
    """Ranges of both families."""

    v4: Boundaries
    v6: Boundaries

    def find(self, addresses: Addresses) -> Ints:
        """A code for each address, in their order; NOTHING for gaps and for what is no address."""
        codes = np.full(addresses.size, NOTHING, dtype=np.int32)
        codes[addresses.v4_rows] = self.v4.find(addresses.v4)
        codes[addresses.v6_rows] = self.v6.find(addresses.v6)
        return codes


def table(v4: Iterable[Range], v6: Iterable[Range]) -> RangeTable:
    """A table from ranges that may overlap (see `flatten`)."""
    v4_starts, v4_codes = flatten(v4, 32)
    v6_starts, v6_codes = flatten(v6, 128)
    return RangeTable(
        Boundaries(np.array(v4_starts, dtype=np.uint32), np.array(v4_codes, dtype=np.int32)),
        Boundaries(pack_v6(v6_starts), np.array(v6_codes, dtype=np.int32)),
    )


def pack_v6(values: Iterable[int]) -> npt.NDArray[Any]:
    """IPv6 addresses as sortable 16-byte keys."""
    return np.frombuffer(b"".join([value.to_bytes(16, "big") for value in values]), dtype="S16")


def network_range(text: str, rank: int, code: int) -> tuple[int, Range]:
    """(IP version, range) of a network such as 192.0.2.0/24. Raises ValueError for anything else."""
    address, _, bits = text.partition("/")
    try:
        packed = inet_pton(AF_INET6 if ":" in address else AF_INET, address)
    except OSError:
        raise ValueError("not a network") from None
    width = 8 * len(packed) - int(bits)
    start = int.from_bytes(packed, "big")
    if width < 0 or start & ((1 << width) - 1):
        raise ValueError("not a network: it has host bits")
    return (6 if len(packed) == 16 else 4), (start, start + (1 << width) - 1, rank, code)


def flatten(ranges: Iterable[Range], bits: int) -> tuple[list[int], list[int]]:
    """Starts and codes of the disjoint ranges that overlapping ones amount to; addresses have `bits` bits.

    Where ranges overlap, the lowest rank wins, then the narrowest (the longest prefix), then the lowest code.
    Neighbours with the same code become one.
    """
    ordered = sorted(ranges)
    edges = sorted({0, *(item[0] for item in ordered), *(item[1] + 1 for item in ordered)} - {1 << bits})
    starts: list[int] = []
    codes: list[int] = []
    active: list[tuple[int, int, int, int]] = []
    following = 0
    for edge in edges:
        while following < len(ordered) and ordered[following][0] == edge:
            start, end, rank, code = ordered[following]
            heapq.heappush(active, (rank, end - start, code, end))
            following += 1
        while active and active[0][3] < edge:
            heapq.heappop(active)
        code = active[0][2] if active else NOTHING
        if not codes or codes[-1] != code:
            starts.append(edge)
            codes.append(code)
    return starts, codes


def is_sorted(boundaries: Boundaries) -> bool:
    """Whether the starts are strictly ascending from the lowest address: no overlap, nothing left out."""
    starts = boundaries.starts
    lowest = b"" if starts.dtype.kind == "S" else 0
    return bool(len(starts) and starts[0] == lowest and (starts[1:] > starts[:-1]).all())


def reserved() -> RangeTable:
    """Addresses that no one on the internet has: code 0. Everything else is a gap."""
    networks = [network_range(text, 0, 0) for text in RESERVED_NETWORKS]
    return table(
        [item for version, item in networks if version == 4],
        [item for version, item in networks if version == 6],
    )


# IANA special-purpose address registries (RFC 6890 and its updates), multicast and the space above it.
# IPv6: all that is not global unicast (2000::/3), and within it IETF assignments, documentation and 6to4.
RESERVED_NETWORKS = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "::/3",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "4000::/2",
    "8000::/1",
)


def as_object(values: Iterable[object]) -> npt.NDArray[Any]:
    """Values and, last, None: so that NOTHING (-1) picks None."""
    column = list(values)
    result = np.empty(len(column) + 1, dtype=object)
    result[:-1] = column
    return result


def text_column(values: npt.NDArray[Any], index: pd.Index[Any]) -> pd.Series[Any]:
    """Text of dtype object with None for unknown, so that a column without any value stays text."""
    return pd.Series(values, index=index, dtype=object)


def text_where(mask: npt.NDArray[np.bool_], value: str) -> npt.NDArray[Any]:
    """`value` where `mask` holds, else None."""
    result = np.full(len(mask), None, dtype=object)
    result[mask] = value
    return result
