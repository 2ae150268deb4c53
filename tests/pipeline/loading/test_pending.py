from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import ObjectError, SourceError
from pipeline.lake.ledger import Ledger
from pipeline.loading import pending
from pipeline.loading.refused import RefusedObjects
from pipeline.settings import Settings, Source
from tests.pipeline.loads import a_load

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)


def write_log(path: Path, written_at: datetime, content: str = "{}\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    os.utime(path, (written_at.timestamp(), written_at.timestamp()))
    return path


def settings_for(tmp_path: Path, *locations: str) -> Settings:
    sources = [Source(name=f"s{number}", location=location) for number, location in enumerate(locations)]
    return Settings(data=tmp_path / "data", sources=sources)


def names(found: list[dict[str, Any]]) -> list[str]:
    return [Path(entry["path"]).name for entry in found]


def test_what_the_ledger_lacks_is_pending(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    for name in ("a.log", "b.log", "c.log"):
        write_log(logs / name, JANUARY)
    settings = settings_for(tmp_path, str(logs))
    first = pending.find(settings)
    assert names(first) == ["a.log", "b.log", "c.log"]
    known = first[1]
    load = a_load(
        "a",
        source=known["source"],
        object_name=known["name"],
        size=known["size"],
        modified_ns=known["modified_ns"],
    )
    Ledger(settings.loads).commit(load)
    assert names(pending.find(settings)) == ["a.log", "c.log"]
    # It grew: another object.
    write_log(logs / "b.log", JANUARY, "{}\n{}\n")
    assert names(pending.find(settings)) == ["a.log", "b.log", "c.log"]


def test_an_entry_travels_as_json_and_comes_back(tmp_path: Path) -> None:
    path = write_log(tmp_path / "logs" / "a.log", JANUARY)
    [entry] = pending.find(settings_for(tmp_path, str(path)))
    assert {type(value) for value in entry.values()} <= {str, int}
    item = pending.PendingObject(**entry).as_log_object()
    assert (item.path, item.source, item.size) == (path, "s0", 3)


def test_the_look_back_is_65_days(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    end = datetime(2026, 3, 31, tzinfo=UTC)
    # 65 days before 31 March: 31 in March, 28 in February, 6 in January.
    write_log(logs / "old.log", datetime(2026, 1, 24, 23, 59, 59, tzinfo=UTC))
    write_log(logs / "just.log", datetime(2026, 1, 25, tzinfo=UTC))
    settings = settings_for(tmp_path, str(logs))
    since = pending.lookback_start(end, settings)
    assert since == datetime(2026, 1, 25, tzinfo=UTC)
    assert names(pending.find(settings, since)) == ["just.log"]
    assert names(pending.find(settings)) == ["just.log", "old.log"]


def test_the_look_back_is_counted_in_utc(tmp_path: Path) -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    end = datetime(2026, 3, 31, 5, 45, tzinfo=kathmandu)
    assert pending.lookback_start(end, settings_for(tmp_path)) == datetime(2026, 1, 25, tzinfo=UTC)


def test_a_bad_source_does_not_stop_a_good_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_log(tmp_path / "logs" / "a.log", JANUARY)
    settings = settings_for(tmp_path, str(tmp_path / "gone"), str(tmp_path / "logs"))
    assert names(pending.find(settings)) == ["a.log"]
    assert "gone" in caplog.text


def test_without_a_good_source_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no source of logs is configured"):
        pending.find(settings_for(tmp_path))
    with pytest.raises(SourceError, match="gone: no such file or folder"):
        pending.find(settings_for(tmp_path, str(tmp_path / "gone"), str(tmp_path / "too")))


def objects(*sizes: int) -> list[dict[str, Any]]:
    return [{"name": f"{number:03}", "size": size} for number, size in enumerate(sizes)]


def sizes_of(groups: list[list[dict[str, Any]]]) -> list[list[int]]:
    return [[entry["size"] for entry in group] for group in groups]


def test_groups_are_balanced_by_bytes() -> None:
    # Largest first onto the lightest: 9 | 8, then 3 to the 8, 2 to the 9, 1 to one of two elevens.
    groups = pending.groups(objects(3, 9, 1, 8, 2), at_most=2)
    assert sorted(sum(group) for group in sizes_of(groups)) == [11, 12]


def test_inside_a_group_the_order_of_the_listing_is_kept() -> None:
    groups = pending.groups(objects(*range(100)), at_most=7)
    for group in groups:
        listed = [entry["name"] for entry in group]
        assert listed == sorted(listed)


@pytest.mark.parametrize(("count", "groups"), [(0, 0), (1, 1), (31, 31), (32, 32), (33, 32), (2_000, 32)])
def test_at_most_32_groups_and_none_empty(count: int, groups: int) -> None:
    shared = pending.groups(objects(*[5] * count))
    assert len(shared) == groups
    assert all(shared)
    assert sum(len(group) for group in shared) == count


def test_empty_objects_are_shared_out_too() -> None:
    """Without a weight of their own, a thousand empty objects would all fall to one task."""
    assert [len(group) for group in pending.groups(objects(*[0] * 64))] == [2] * 32


def test_grouping_by_order_alone_is_not_balanced() -> None:
    """The planted defect: what the balance test would say of a plain round robin."""
    entries = objects(100, 1, 100, 1)
    round_robin = [entries[0::2], entries[1::2]]
    assert [sum(group) for group in sizes_of(round_robin)] == [200, 2]
    assert [sum(group) for group in sizes_of(pending.groups(entries, at_most=2))] == [101, 101]


def sample_of(settings: Settings) -> Path:
    """A sample as `make run` writes it."""
    return write_log(settings.data.joinpath(*pending.SAMPLE_FOLDER) / "a.jsonl.gz", JANUARY)


def hold(settings: Settings, name: str) -> None:
    Ledger(settings.loads).commit(a_load("a", object_name=name))


def test_real_logs_never_enter_a_directory_that_holds_the_sample(tmp_path: Path) -> None:
    write_log(tmp_path / "logs" / "a.log", JANUARY)
    settings = settings_for(tmp_path, str(tmp_path / "logs"))
    hold(settings, str(sample_of(settings)))
    with pytest.raises(SourceError) as caught:
        pending.find(settings)
    assert f"{tmp_path}/data: holds the bundled sample" in str(caught.value)
    assert f"Give another directory: DATA={tmp_path}/data-logs." in str(caught.value)


@pytest.mark.parametrize("is_refused", [False, True])
def test_the_sample_never_enters_a_directory_that_holds_anything_else(
    tmp_path: Path, is_refused: bool
) -> None:
    settings = settings_for(tmp_path, str(tmp_path / "data" / "landing" / "sample" / "logs"))
    sample_of(settings)
    if is_refused:
        item = pending.PendingObject("s0", "/logs/a.log", "/logs/a.log", 1, 1, "auto")
        RefusedObjects(settings.refused).add(item, ObjectError("/logs/a.log", "is odd"), JANUARY)
    else:
        hold(settings, "/logs/a.log")
    with pytest.raises(SourceError) as caught:
        pending.find(settings)
    assert "holds logs of your own" in str(caught.value)
    assert f"DATA={tmp_path}/data-sample. Or give LOGS=" in str(caught.value)


def test_the_sample_may_come_again_and_so_may_logs(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, str(tmp_path / "data" / "landing" / "sample" / "logs"))
    hold(settings, str(sample_of(settings).with_name("b.jsonl.gz")))
    assert names(pending.find(settings)) == ["a.jsonl.gz"]
    # A data directory may be moved.
    moved = settings_for(tmp_path / "moved", str(tmp_path / "moved" / "data" / "landing" / "sample" / "logs"))
    sample_of(moved)
    hold(moved, str(sample_of(settings)))
    assert names(pending.find(moved)) == ["a.jsonl.gz"]
    write_log(tmp_path / "logs" / "a.log", JANUARY)
    own = settings_for(tmp_path / "own", str(tmp_path / "logs"))
    hold(own, "/logs/b.log")
    assert names(pending.find(own)) == ["a.log"]
