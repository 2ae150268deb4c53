"""Whoever opted out is dropped before anything is hashed: only how many requests a day is kept."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from enrichers.identity import KeyRing, pseudonymise
from pipeline.loading import attributes
from pipeline.loading.attributes_sql import OPTED_OUT
from pipeline.settings import Settings
from tests.support.everything_written import find
from tests.support.factories import Traffic
from tests.support.layouts import write
from tests.support.warehouse import Warehouse, load_logs, make

OPTED_OUT_NETWORK = "2a01:4f8:10a::/48"
STAYS = Traffic("acme/stays", "17.57.144.9")
# One who sends DNT, one who sends Sec-GPC, one whose network the publisher listed.
CANARIES = {
    "88.198.31.7": ({"dnt": "1"}, "canary-dnt"),
    "88.198.31.8": ({"gpc": "1"}, "canary-gpc"),
    "2a01:4f8:10a:2b::7": ({}, "canary-network"),
}


def lines() -> list[dict[str, str]]:
    """Two requests of each canary, with its name wherever a client can write one; one who stays."""
    STAYS.lines.clear()
    STAYS.manifest("2026-05-01 10:00:00", "HEAD", "latest")
    found = list(STAYS.lines)
    for address, (fields, name) in CANARIES.items():
        traffic = Traffic(f"acme/{name}", address, f"{name}bot/1.0")
        traffic.manifest("2026-05-01 10:00:00", "HEAD", name)
        traffic.manifest("2026-05-02 10:00:00", "GET", name)
        found += [line | fields | {"session_token_hash": name, "node": name} for line in traffic.lines]
    # The headers say no: these stay.
    found += [line | {"dnt": "0", "gpc": "", "request_id": "f" * 32} for line in STAYS.lines]
    return found


def traces(warehouse: Warehouse) -> list[str]:
    """Where anything of an opted-out client was found: address, name, plain hash or pseudonym."""
    data = warehouse.settings.data
    found = find(data, list(CANARIES))
    words = [name for _, name in CANARIES.values()]
    for address in CANARIES:
        for algorithm in ("md5", "sha1", "sha256"):
            words.append(hashlib.new(algorithm, address.encode()).hexdigest())
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found += [f"{path.relative_to(data)}: {word}" for word in words if word.encode() in content]
    for parquet in sorted((data / "lake").rglob("*.parquet")):
        text = str(duckdb.sql(f"select * from read_parquet('{parquet}')").fetchall())
        found += [f"{parquet.name} (decoded): {word}" for word in words if word in text]
    return found + [f"pseudonym {known}" for known in pseudonyms(warehouse) & stored_ids(warehouse)]


def pseudonyms(warehouse: Warehouse) -> set[int]:
    """Endpoint ids that the canaries would have under the keys of this run."""
    ring = KeyRing(warehouse.settings.keys, "year")
    keys = pd.DataFrame({"address": list(CANARIES), "identity_epoch": "2026"}).assign(
        client_name=None, engine_os=None, client_os=None, architecture=None
    )
    return set(pseudonymise(keys, ring, bytes(32))["endpoint_id"].tolist())


def stored_ids(warehouse: Warehouse) -> set[int]:
    files = str(warehouse.settings.requests / "*" / "*.parquet")
    ids = duckdb.sql(
        f"select distinct unnest([endpoint_id, previous_endpoint_id]) from read_parquet('{files}')"
    ).fetchall()
    return {item for (item,) in ids if item is not None}


def test_nothing_but_a_daily_count_is_kept(tmp_path: Path) -> None:
    write(lines(), tmp_path / "logs" / "access.jsonl")
    warehouse = make(tmp_path / "data", tmp_path / "logs", opted_out_networks=[OPTED_OUT_NETWORK])
    assert traces(warehouse) == []
    # 3 canaries with a request on each of two days; 2 lines stay.
    assert warehouse.loaded["opted_out"] == 6
    assert warehouse.loaded["staged"] == 2
    [entry] = warehouse.settings.loads.rglob("*.json")
    assert json.loads(entry.read_text("utf-8"))["opted_out_by_date"] == {"2026-05-01": 3, "2026-05-02": 3}
    assert warehouse.query("select distinct repository from fct_pulls") == [("acme/stays",)]
    assert warehouse.query("select sum(opted_out_count) from load_ledger") == [(6,)]


def test_a_gateway_that_forgets_the_opt_out_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: nobody is dropped."""
    monkeypatch.setattr(attributes, "OPTED_OUT", f"{OPTED_OUT} limit 0")
    settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"))
    write(lines(), tmp_path / "logs" / "access.jsonl")
    found = "\n".join(traces(Warehouse(settings, load_logs(settings))))
    for _, name in CANARIES.values():
        assert name in found
    assert found.count("pseudonym") == 3
