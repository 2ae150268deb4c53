"""No address of a client may lie anywhere outside landing/, in any form."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pandas as pd
import pytest

from pipeline import attributes
from tests.everything_written import find
from tests.factories import Traffic
from tests.layouts import write
from tests.warehouse import make

ADDRESSES = ["88.198.31.7", "17.57.144.9", "2a01:4f8:10a:2b::7", "2001:4860:4860::8844"]
ELSEWHERE = ["203.0.113.77", "2001:db8:aa::77"]


def canaries() -> list[dict[str, str]]:
    """Addresses where a client, a proxy or an attacker can put them."""
    lines = []
    for number, address in enumerate(ADDRESSES):
        traffic = Traffic(f"canary/{number}", address)
        traffic.manifest(f"2026-05-0{number + 1} 10:00:00", "HEAD", "latest")
        lines += traffic.lines
    for number, address in enumerate(ELSEWHERE):
        traffic = Traffic(
            f"canary/{address.replace(':', '-')}/x", ADDRESSES[0], f"docker/{address} go/go1 ({address})"
        )
        traffic.manifest(f"2026-05-0{number + 1} 11:00:00", "GET", f"build-{address}")
        lines += [
            line | {"host": address, "node": f"gw-{address}", "args": f"ns={address}"}
            for line in traffic.lines
        ]
        lines.append(lines[-1] | {"request_id": f"{number:032x}", "x_forwarded_for": f"{address}, 1.2.3.4"})
        lines.append(lines[-1] | {"request_id": f"{number + 9:032x}", "msec": f"broken {address}"})
        lines.append(
            lines[-1]
            | {"request_id": f"{number + 18:032x}", "request_uri": f"/v2/a/tags/list?last={address}"}
        )
    return lines


def test_no_address_is_written_outside_landing(tmp_path: Path) -> None:
    write(canaries(), tmp_path / "logs" / "access.jsonl")
    made = make(tmp_path / "data", tmp_path / "logs")
    assert (
        made.loaded["quarantined"] == 4
    )  # per canary: msec that is no number, twice (the last line copies it)
    assert find(tmp_path / "data", [*ADDRESSES, *ELSEWHERE]) == []


def test_the_search_finds_addresses_when_hashing_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: pseudonyms that are the addresses themselves."""
    monkeypatch.setattr(attributes, "pseudonymise", not_pseudonymised)
    write(canaries(), tmp_path / "logs" / "access.jsonl")
    made = make(tmp_path / "data", tmp_path / "logs")
    found = "\n".join(find(made.settings.data, ADDRESSES))
    for address in ADDRESSES:
        assert address in found
    for place in ("lake/requests", "marts.duckdb", "warehouse.duckdb", "scratch.duckdb"):
        assert place in found


def not_pseudonymised(keys: pd.DataFrame, ring: object, throwaway: bytes) -> pd.DataFrame:
    """What a forgotten hash would write: IPv4 as its number, IPv6 as the number of its /64."""
    numbers = [ip_address(text) for text in keys["address"]]
    ids = [int(number) if number.version == 4 else int(number) >> 64 for number in numbers]
    column = pd.Series(ids, index=keys.index, dtype="int64")
    return pd.DataFrame(
        {"endpoint_id": column, "origin_id": column, "origin_unlinkable": False}, index=keys.index
    )
