"""Logs that lie on S3, from the bucket to the lake and the marts."""

from __future__ import annotations

import gzip
import json
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard

from pipeline import expire
from pipeline.lake.ledger import Ledger
from pipeline.settings import Settings, Source
from tests.counting.format_variants import VARIANTS, lay_out
from tests.support import stores
from tests.support.killed_loads import STAGES, killing
from tests.support.lake_lines import lines_in_lake, log, reasons
from tests.support.stores import Environ, Store
from tests.support.warehouse import build_and_publish, load_logs


def settings_for(tmp_path: Path, *locations: str) -> Settings:
    sources = [Source(name=f"s{number}", location=location) for number, location in enumerate(locations)]
    return Settings(data=tmp_path / "data", sources=sources)


def test_balancer_and_cdn_logs_become_downloads(store: Store, corpus: Path, tmp_path: Path) -> None:
    """Three pulls in each, by three addresses; the CDN's own addresses are no business of the balancer."""
    variants = lay_out(corpus, VARIANTS)
    keys = {"alb": "lb/2026/02/01/a.log.gz", "cloudfront": "cdn/E1.2026-02-01-08.abc.gz"}
    for name, key in keys.items():
        store.put("logs", {key: gzip.compress("".join(f"{line}\n" for line in variants[name][1]).encode())})
    settings = Settings(
        data=tmp_path / "data",
        sources=[
            Source(name="lb", location="s3://logs/lb/%Y/%m/%d/", log_format="alb"),
            Source(name="cdn", location="s3://logs/cdn/E1.%Y-%m-%d-", log_format="cloudfront"),
        ],
    )
    loaded = load_logs(settings)
    assert (loaded["objects"], loaded["quarantined"], loaded["refused"]) == (2, 0, [])
    build_and_publish(settings)
    with duckdb.connect(str(settings.marts), read_only=True) as con:
        counted = con.execute(
            "select repository, sum(download_count), count(distinct endpoint_id) from marts.fct_pulls"
            " where outcome = 'download' group by all"
        ).fetchall()
    assert sorted(row[1:] for row in counted) == [(3, 3), (3, 3)]
    # Fetched objects are personal data: gone after their days, and not a day before.
    landed = [path for path in (settings.landing / "fetched").iterdir()]
    assert len(landed) == 2
    written = datetime.fromtimestamp(landed[0].stat().st_mtime, UTC)
    assert expire.expire(settings, written.replace(microsecond=0))["landed_objects_deleted"] == 0
    assert expire.expire(settings, datetime(2100, 1, 1, tzinfo=UTC))["landed_objects_deleted"] == 2


def test_compressed_late_grown_and_rewritten_objects(store: Store, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "s3://logs/")
    whole = gzip.compress(log(3))
    store.put(
        "logs",
        {
            "1.log": log(1),
            "2.log.zst": zstandard.compress(log(2)),
            # Cut off where it lies: half of it would be half a log.
            "3.log.gz": whole[: len(whole) // 2],
        },
    )
    assert load_logs(settings)["objects"] == 2
    assert reasons(settings) == [
        "s3://logs/3.log.gz: the gzip data is cut off. It is tried again when it is whole."
    ]
    assert load_logs(settings)["objects"] == 0
    # Whole now; grown; rewritten; late.
    store.put(
        "logs",
        {"3.log.gz": whole, "1.log": log(1, 5), "2.log.zst": zstandard.compress(log(6)), "0.log": log(4)},
    )
    loaded = load_logs(settings)
    assert (loaded["objects"], loaded["refused"]) == (4, [])
    assert loaded["rewritten"] == ["s3://logs/2.log.zst"]
    assert reasons(settings) == []
    # 5 of 1, 3 each of 2, 3, 4 and 6.
    assert lines_in_lake(settings) == [17, 17]
    assert load_logs(settings)["objects"] == 0


def test_what_cannot_be_fetched_now_comes_with_the_next_run(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Throttled, or gone between listing and fetching: the others are loaded."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    settings = settings_for(tmp_path, "s3://logs/", "s3://nobody/", str(tmp_path / "local.log"))
    (tmp_path / "local.log").write_bytes(log(9))
    store.put("logs", {f"{number}.log": log(number) for number in (1, 2, 3)})

    def refuse(environ: Environ) -> stores.Answer | None:
        if environ["PATH_INFO"].endswith("/2.log"):
            return stores.SLOW_DOWN
        if environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].endswith("/3.log"):
            store.client().delete_object(Bucket="logs", Key="3.log")
        return None

    store.gate.refuse = refuse
    loaded = load_logs(settings)
    assert loaded["objects"] == 2
    assert [reason.split(":", 2)[2] for reason in reasons(settings)] == [
        " the store throttles (SlowDown). Nothing is lost: the next run asks again.",
        " is gone: it was listed, and is no longer there",
    ]
    assert lines_in_lake(settings) == [6, 6]
    store.gate.refuse = lambda environ: None
    assert load_logs(settings)["objects"] == 1
    assert reasons(settings) == []
    assert lines_in_lake(settings) == [9, 9]


def test_twenty_kills_lose_nothing_and_double_nothing(store: Store, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "s3://logs/")
    with killing(settings, "ingest.sources.s3:S3Source") as killed:
        for number in range(20):
            # A name before all others: it is what the killed run meets first.
            store.put("logs", {f"{99 - number}.log": log(number)})
            assert killed.load(STAGES[number % 5]) == signal.SIGKILL
        # The planted defect of this test: before the last run something is missing.
        assert lines_in_lake(settings) != [60, 60]
        assert killed.load() == 0
    assert lines_in_lake(settings) == [60, 60]
    assert sum(load.line_count for load in Ledger(settings.loads).current) == 60


def test_sources_have_proxies_of_their_own(store: Store, tmp_path: Path) -> None:
    """The same line, behind a trusted proxy and beside it: two clients, or one that nobody can forge."""
    line: dict[str, Any] = json.loads(log(1, 1))
    line |= {"remote_addr": "10.0.0.1", "x_forwarded_for": "198.51.100.7"}
    for name in ("a", "b"):
        store.put("logs", {f"{name}/1.log": json.dumps(line | {"request_id": name * 32}).encode() + b"\n"})
    settings = Settings(
        data=tmp_path / "data",
        trusted_proxies=["10.0.0.0/8"],
        sources=[
            Source(name="a", location="s3://logs/a/"),
            Source(name="b", location="s3://logs/b/", trusted_proxies=[]),
        ],
    )
    load_logs(settings)
    plain = tmp_path / "plain"
    for number, address in enumerate(("198.51.100.7", "10.0.0.1")):
        (plain / f"{number}.log").parent.mkdir(exist_ok=True)
        alone = line | {"remote_addr": address, "x_forwarded_for": "", "request_id": str(number) * 32}
        (plain / f"{number}.log").write_text(json.dumps(alone) + "\n")
    load_logs(settings.model_copy(update={"sources": [Source(name="plain", location=str(plain))]}))
    files = [str(path) for path in settings.requests.rglob("*.parquet")]
    origins = dict(
        duckdb.execute(
            "select request_id[1], endpoint_id from read_parquet($1, hive_partitioning = false)", [files]
        ).fetchall()
    )
    assert origins["a"] == origins["0"] != origins["b"] == origins["1"]
