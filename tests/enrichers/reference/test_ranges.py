from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enrichers.reference import ranges
from enrichers.reference.ranges import NOTHING, Boundaries, Range, network_range, parse

Flatten = Callable[[list[Range], int], tuple[list[int], list[int]]]


def brute_force(items: list[Range], address: int) -> int:
    """Look at every range: the lowest rank, then the narrowest, then the lowest code."""
    holding = [(rank, end - start, code) for start, end, rank, code in items if start <= address <= end]
    return min(holding)[2] if holding else NOTHING


def disagreements(items: list[Range], addresses: list[int], bits: int, flatten: Flatten) -> list[int]:
    starts, codes = flatten(items, bits)
    if bits == 32:
        family = Boundaries(np.array(starts, dtype=np.uint32), np.array(codes))
        parsed = parse(str(IPv4Address(address)) for address in addresses).v4
    else:
        family = Boundaries(ranges.pack_v6(starts), np.array(codes))
        parsed = parse(str(IPv6Address(address)) for address in addresses).v6
    assert ranges.is_sorted(family)
    found = family.find(parsed)
    return [a for a, code in zip(addresses, found, strict=True) if code != brute_force(items, a)]


def the_widest_wins(items: list[Range], bits: int) -> tuple[list[int], list[int]]:
    """The planted defect: as the right one, but wide ranges hide the narrow ones inside them."""
    return ranges.flatten([(start, end, start - end, code) for start, end, _, code in items], bits)


def one_address_short(items: list[Range], bits: int) -> tuple[list[int], list[int]]:
    """The planted defect: the last address of a range is lost."""
    return ranges.flatten([(s, e - 1, rank, code) for s, e, rank, code in items if e > s], bits)


@st.composite
def overlapping(draw: st.DrawFn, bits: int) -> tuple[list[Range], list[int]]:
    """Up to eight ranges that crowd around one address, often the very last one, and all their edges."""
    highest = (1 << bits) - 1
    base = draw(st.sampled_from([0x02000000 << (bits - 32), highest - 40, (1 << (bits // 2)) + 5]))
    items = []
    for _ in range(draw(st.integers(0, 8))):
        first = draw(st.integers(0, 40))
        last = draw(st.integers(first, 40))
        items.append((base + first, base + last, draw(st.integers(0, 1)), draw(st.integers(0, 3))))
    return items, [base + offset for offset in range(41)]


@settings(max_examples=150, deadline=None)
@given(overlapping(32))
def test_ipv4_look_up_equals_brute_force(case: tuple[list[Range], list[int]]) -> None:
    assert not disagreements(*case, 32, ranges.flatten)


@settings(max_examples=150, deadline=None)
@given(overlapping(128))
@example(([(0, (1 << 128) - 1, 0, 1), (1 << 64, (1 << 64) + 0xFF, 0, 2)], [0, 1 << 64, (1 << 64) + 256]))
def test_ipv6_look_up_equals_brute_force(case: tuple[list[Range], list[int]]) -> None:
    assert not disagreements(*case, 128, ranges.flatten)


@pytest.mark.parametrize("defect", [the_widest_wins, one_address_short])
@pytest.mark.parametrize("bits", [32, 128])
def test_a_planted_defect_is_found(defect: Flatten, bits: int) -> None:
    base = 0x02000000 << (bits - 32)
    items = [(base, base + 40, 0, 1), (base + 10, base + 20, 0, 2)]
    assert disagreements(items, list(range(base, base + 41)), bits, defect)
    assert not disagreements(items, list(range(base, base + 41)), bits, ranges.flatten)


def test_a_look_up_from_the_wrong_side_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(self: Boundaries, keys: np.ndarray) -> np.ndarray:
        return self.codes[np.searchsorted(self.starts, keys, side="left") - 1]

    monkeypatch.setattr(Boundaries, "find", find)
    assert disagreements([(5, 9, 0, 1)], [5, 6, 9], 32, ranges.flatten) == [5]


def test_neighbours_with_the_same_code_become_one() -> None:
    assert ranges.flatten([(0, 9, 0, 1), (10, 19, 0, 1), (30, 39, 0, 1)], 32) == (
        [0, 20, 30, 40],
        [1, NOTHING, 1, NOTHING],
    )


def test_no_ranges_are_one_gap() -> None:
    table = ranges.table([], [])
    assert table.find(parse(["192.0.2.1", "2001:db8::1"])).tolist() == [NOTHING, NOTHING]


def test_parse_sorts_addresses_by_family_and_keeps_their_rows() -> None:
    parsed = parse(["192.0.2.1", "2001:db8::1", None, "::ffff:192.0.2.2", "", "300.1.1.1", "1.2.3", 7])
    assert parsed.size == 8
    # 192.0.2.1 = 192 * 2^24 + 2 * 2^8 + 1
    assert parsed.v4.tolist() == [3221225985, 3221225986]
    assert parsed.v4_rows.tolist() == [0, 3]
    assert parsed.v6_rows.tolist() == [1]
    assert parsed.v6[0] == bytes.fromhex("20010db8" + "00" * 11 + "01")
    assert parsed.valid.tolist() == [True, True, False, True, False, False, False, False]


@pytest.mark.parametrize(
    "text", ["1.2.3.4\0", "1.2.3.4/24", " 1.2.3.4", "::1%eth0", "\udcff", "localhost", "::g"]
)
def test_what_is_no_address_is_in_neither_family(text: str) -> None:
    assert not parse([text]).valid.any()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.0/24", (4, (3221225984, 3221226239, 0, 5))),
        ("0.0.0.0/0", (4, (0, 4294967295, 0, 5))),
        ("2001:db8::/127", (6, (0x20010DB8 << 96, (0x20010DB8 << 96) + 1, 0, 5))),
    ],
)
def test_network_range(text: str, expected: tuple[int, Range]) -> None:
    assert network_range(text, 0, 5) == expected


@pytest.mark.parametrize("text", ["192.0.2.1/24", "192.0.2.0", "192.0.2.0/33", "somewhere/8", "::/x"])
def test_network_range_refuses_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a network|invalid literal"):
        network_range(text, 0, 0)


@pytest.mark.parametrize(
    ("address", "is_reserved"),
    [
        # First and last address of each block in the IANA registries, and their neighbours.
        ("9.255.255.255", False),
        ("10.0.0.0", True),
        ("10.255.255.255", True),
        ("11.0.0.0", False),
        ("100.63.255.255", False),
        ("100.64.0.0", True),
        ("100.127.255.255", True),
        ("100.128.0.0", False),
        ("127.0.0.1", True),
        ("169.254.169.254", True),
        ("172.15.255.255", False),
        ("172.16.0.0", True),
        ("172.31.255.255", True),
        ("172.32.0.0", False),
        ("192.0.2.7", True),
        ("192.88.99.1", False),
        ("192.168.1.1", True),
        ("198.17.255.255", False),
        ("198.18.0.0", True),
        ("198.51.100.9", True),
        ("203.0.113.9", True),
        ("223.255.255.255", False),
        ("224.0.0.1", True),
        ("255.255.255.255", True),
        ("0.0.0.1", True),
        ("::1", True),
        # A translator's address is the IPv4 address inside it.
        ("64:ff9b::808:808", False),
        ("64:ff9b::10.0.0.1", True),
        ("64:ff9b:1::808:808", True),
        ("1fff:ffff::", True),
        ("2000::", False),
        ("2001:1ff::", True),
        ("2001:200::", False),
        ("2001:db8::1", True),
        ("2002:808:808::1", True),
        ("2606:4700::1111", False),
        ("3fff::1", True),
        ("3fff:1000::1", False),
        ("4000::", True),
        ("fc00::1", True),
        ("fe80::1", True),
        ("ff02::1", True),
    ],
)
def test_reserved_addresses(address: str, is_reserved: bool) -> None:
    assert (ranges.reserved().find(parse([address]))[0] != NOTHING) == is_reserved


@pytest.mark.parametrize("starts", [[0, 5, 5], [0, 7, 6], [1, 2], []])
def test_unsorted_starts_are_told_apart(starts: list[int]) -> None:
    codes = np.zeros(len(starts), dtype=np.int32)
    assert not ranges.is_sorted(Boundaries(np.array(starts, dtype=np.uint32), codes))
    assert not ranges.is_sorted(Boundaries(ranges.pack_v6(starts), codes))
