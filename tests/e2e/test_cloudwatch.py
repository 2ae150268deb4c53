"""Logs that lie in CloudWatch Logs, or were exported from there, on their way into the lake."""

from __future__ import annotations

import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.sources import cloudwatch
from pipeline.lake.ledger import Ledger
from pipeline.settings import Settings, Source
from tests.support import log_groups
from tests.support.killed_loads import STAGES, killing
from tests.support.lake_lines import JANUARY, lines_in_lake, log
from tests.support.stores import Store
from tests.support.warehouse import load_logs

GROUP = "/ecs/gateway"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def settings_for(tmp_path: Path, location: str = f"cloudwatch://{GROUP}") -> Settings:
    return Settings(data=tmp_path / "data", sources=[Source(name="s0", location=location)])


def combined(second: int) -> str:
    """A line without an id: nothing but its place tells it from a second one."""
    return (
        f'198.51.100.7 - - [05/Jan/2026:08:00:{second:02} +0000] "GET /v2/acme/app/manifests/latest HTTP/1.1"'
        ' 200 1600 "-" "containerd/v1.7.21"'
    )


def test_an_hour_that_grows_counts_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaded when it is over, again a day later, and not again; one without events may get some late."""
    now = [JANUARY + 3 * HOUR]
    monkeypatch.setattr(cloudwatch, "_now", lambda: now[0])
    settings = settings_for(tmp_path)
    log_groups.put(store, GROUP, "a", {JANUARY: [combined(1), combined(2)]}, JANUARY)
    loaded = load_logs(settings)
    # 8 and 9 o'clock are over, 10 o'clock ended this minute; that of 9 holds a remark.
    assert (loaded["objects"], loaded["lines"], loaded["staged"], loaded["skipped"]) == (2, 3, 2, 1)
    assert load_logs(settings)["objects"] == 0
    # Earlier by its own time, later by its coming.
    late = {JANUARY + timedelta(seconds=1): combined(0), JANUARY + HOUR: combined(3)}
    log_groups.put(store, GROUP, "b", late, JANUARY + 4 * HOUR)
    now[0] = JANUARY + 2 * HOUR + DAY
    loaded = load_logs(settings)
    assert loaded["rewritten"] == []
    assert sum(load.staged_count for load in Ledger(settings.loads).current) == 4
    assert lines_in_lake(settings)[0] == 4
    now[0] = JANUARY + 20 * DAY
    load_logs(settings)
    # Each of the hours is known now, whatever it holds.
    again = load_logs(settings)
    assert (again["objects"], again["already_loaded"], again["refused"]) == (0, 0, [])
    assert lines_in_lake(settings)[0] == 4


def test_an_export_is_read_through_s3(store: Store, tmp_path: Path) -> None:
    """moto exports as AWS does: gzip, a time before each line, and a file to try whether it may write."""
    log_groups.put(store, GROUP, "edge/1", {JANUARY: log(1).decode().splitlines()}, JANUARY)
    log_groups.put(store, GROUP, "edge/2", {JANUARY: log(2).decode().splitlines()}, JANUARY)
    store.put("exports", {})
    store.client("logs").create_export_task(
        logGroupName=GROUP,
        fromTime=int(JANUARY.timestamp() * 1000),
        to=int((JANUARY + HOUR).timestamp() * 1000),
        destination="exports",
        destinationPrefix="gateway",
    )
    settings = settings_for(tmp_path, "s3://exports/")
    loaded = load_logs(settings)
    assert (loaded["objects"], loaded["staged"], loaded["quarantined"]) == (2, 6, 0)
    assert lines_in_lake(settings) == [6, 6]


def test_twenty_kills_lose_nothing_and_double_nothing(store: Store, tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    stages = (*STAGES, "a page read")
    first: datetime = JANUARY + 20 * HOUR
    with killing(settings, "ingest.sources.cloudwatch:CloudWatchSource") as killed:
        for number in range(20):
            # An hour before all others: it is what the killed run meets first.
            moment = first - number * HOUR
            log_groups.put(store, GROUP, "a", {moment: log(number).decode().splitlines()}, first)
            assert killed.load(stages[number % 6]) == signal.SIGKILL
        # The planted defect of this test: before the last run something is missing.
        assert lines_in_lake(settings) != [60, 60]
        assert killed.load() == 0
    assert lines_in_lake(settings) == [60, 60]
