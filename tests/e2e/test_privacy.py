"""No address of a client may lie anywhere outside landing/, in any form."""

from __future__ import annotations

import hashlib
from ipaddress import ip_address
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ingest import quarantine
from pipeline import attributes, load
from pipeline.settings import Settings
from tests.everything_written import find
from tests.factories import Traffic
from tests.layouts import write
from tests.warehouse import load_logs, make

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
        lines.append(
            traffic.lines[0]
            | {
                "request_id": f"{address}-{number}",
                "method": f"GET-{address}",
                "has_authorization": f"Basic {address}",
                "session_token_hash": f"token-of-{address}",
            }
        )
        lines.append(lines[-2] | {"request_id": f"{number:032x}", "x_forwarded_for": f"{address}, 1.2.3.4"})
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


def test_a_header_or_token_is_not_kept_where_a_kind_or_hash_should_stand(tmp_path: Path) -> None:
    traffic = Traffic("acme/app", ADDRESSES[0])
    traffic.manifest("2026-05-01 10:00:00", "GET", "latest")
    told = {
        "1": "present", "0": "none", "true": "present", "bearer": "bearer", "basic": "basic",
        "other": "other", "Basic dXNlcjpzZWNyZXQ=": "other", "-": None,
    }  # fmt: skip
    hashes = {"0123456789abcdef": "0123456789abcdef", "ghp_s3cr3t": None, "short": None, "": None}
    lines = [
        traffic.lines[0] | {"request_id": f"{number:032x}", "has_authorization": kind}
        for number, kind in enumerate(told)
    ] + [
        traffic.lines[0] | {"request_id": f"{number + 50:032x}", "session_token_hash": text}
        for number, text in enumerate(hashes)
    ]
    found = kept(lines, tmp_path)
    assert [kind for kind, _ in found[: len(told)]] == list(told.values())
    assert [text for _, text in found[len(told) :]] == list(hashes.values())


def kept(lines: list[dict[str, str]], folder: Path) -> list[tuple[str | None, str | None]]:
    """auth_kind and session_token_hash of each line, as they stand in the lake."""
    write(lines, folder / "kept.jsonl")
    settings = Settings(data=folder / "data", logs=str(folder / "kept.jsonl"))
    load_logs(settings)
    files = str(settings.requests / "*" / "*.parquet")
    query = f"select auth_kind, session_token_hash from read_parquet('{files}') order by line_number"
    return duckdb.sql(query).fetchall()


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


def test_no_line_is_known_by_a_plain_digest(tmp_path: Path) -> None:
    """All that is unknown of a line may be one address: whoever tries them all would find it."""
    assert plain_digests(loaded(tmp_path)) == []


def test_a_digest_without_a_key_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect."""
    for module in (load, quarantine):
        monkeypatch.setattr(
            module, "line_digest", lambda content, key: hashlib.sha256(content).hexdigest()[:32]
        )
    # Of the first line in the ledger, and of two lines a canary in the quarantine.
    assert len(plain_digests(loaded(tmp_path))) == 5


def loaded(folder: Path) -> Settings:
    """The canaries' lines in one object, loaded."""
    settings = Settings(data=folder / "data", logs=str(folder / "access.jsonl"))
    write(canaries(), folder / "access.jsonl")
    load_logs(settings)
    return settings


def plain_digests(settings: Settings) -> list[str]:
    """Digests that anybody can make of a line and that stand in the ledger or the quarantine."""
    written = "".join(path.read_text("utf-8") for path in settings.loads.rglob("*.json"))
    for path in settings.quarantine.glob("*.parquet"):
        written += str(duckdb.sql(f"select * from read_parquet('{path}')").fetchall())
    lines = Path(str(settings.logs)).read_bytes().splitlines()
    digests = {
        hashlib.new(name, line).hexdigest()[:32] for name in ("md5", "sha1", "sha256") for line in lines
    }
    return sorted(digest for digest in digests if digest in written)


def not_pseudonymised(keys: pd.DataFrame, ring: object, throwaway: bytes) -> pd.DataFrame:
    """What a forgotten hash would write: IPv4 as its number, IPv6 as the number of its /64."""
    numbers = [ip_address(text) for text in keys["address"]]
    ids = [int(number) if number.version == 4 else int(number) >> 64 for number in numbers]
    column = pd.Series(ids, index=keys.index, dtype="int64")
    return pd.DataFrame(
        {"endpoint_id": column, "origin_id": column, "origin_unlinkable": False}, index=keys.index
    )
