"""Hours of a log group: what is listed, what lands, and what is said of every way in which it goes wrong."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.errors import PassingObjectError, SourceError
from ingest.sources import LocationError, cloudwatch, scheme_of, source_at
from ingest.sources.cloudwatch import CloudWatchSource, hours
from tests.support import log_groups
from tests.support.stores import Answer, Environ, Store

GROUP = "/ecs/gateway"
LOCATION = f"cloudwatch://{GROUP}"
EIGHT = datetime(2026, 1, 5, 8, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The source's clock: what stands in the list."""
    now = [EIGHT + 2 * HOUR]
    monkeypatch.setattr(cloudwatch, "_now", lambda: now[0])
    return now


def source(tmp_path: Path, location: str = LOCATION) -> CloudWatchSource:
    found = source_at(location, "edge", tmp_path / "landing")
    assert isinstance(found, CloudWatchSource)
    return found


def read(tmp_path: Path, location: str = LOCATION) -> dict[str, bytes]:
    """Hour → what lands."""
    opened = source(tmp_path, location)
    found = {}
    for item in opened.list():
        opened.fetch(item)
        assert item.path.stat().st_mode & 0o077 == 0
        found[item.name.rpartition("#")[2]] = item.path.read_bytes()
    return found


def test_an_hour_is_an_object_when_it_is_over(store: Store, tmp_path: Path, clock: list[datetime]) -> None:
    """Both bounds belong to hours: 08:00:00.000 to the one that begins, 08:59:59.999 to the one that ends."""
    last = EIGHT + HOUR - timedelta(milliseconds=1)
    events = {EIGHT: "first", last: "last", EIGHT + HOUR: "next\n", EIGHT + 3 * HOUR: "ü"}
    log_groups.put(store, GROUP, "a", events, EIGHT + 3 * HOUR)
    clock[0] = EIGHT + 4 * HOUR + 10 * MINUTE - timedelta(seconds=1)
    assert read(tmp_path) == {
        "2026-01-05T08": b"first\nlast\n",
        "2026-01-05T09": b"next\n",
        "2026-01-05T10": f"#Remark: no events in {LOCATION}#2026-01-05T10\n".encode(),
    }
    clock[0] += timedelta(seconds=1)
    assert read(tmp_path)["2026-01-05T11"] == "ü\n".encode()
    assert [path.name for path in (tmp_path / "landing").rglob("*.part")] == []


def test_streams_are_united_and_can_be_chosen(store: Store, tmp_path: Path, clock: list[datetime]) -> None:
    for second, stream in enumerate(("edge-1", "edge-2", "cron"), start=1):
        log_groups.put(
            store, GROUP, stream, {EIGHT + second * MINUTE: stream}, EIGHT + (10 - second) * MINUTE
        )
    # In the order in which they were taken in.
    assert read(tmp_path)["2026-01-05T08"] == b"cron\nedge-2\nedge-1\n"
    asked: list[bytes] = []

    def keep(environ: Environ) -> None:
        asked.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        environ["wsgi.input"] = io.BytesIO(asked[-1])

    store.gate.refuse = keep
    # moto knows nothing of logStreamNamePrefix when it filters: what AWS is asked for is what counts.
    source(tmp_path, f"{LOCATION}?streams=edge-").list()
    [item, *_] = source(tmp_path, f"{LOCATION}?streams=edge-").list()
    source(tmp_path, f"{LOCATION}?streams=edge-").fetch(item)
    assert sum(b'"logStreamNamePrefix": "edge-"' in body for body in asked) == 3


def test_pages_are_followed_to_the_last(
    store: Store, tmp_path: Path, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloudwatch, "_PAGE", 3)
    lines = [f"line {number}" for number in range(10)]
    log_groups.put(store, GROUP, "a", {EIGHT: lines}, EIGHT)
    store.gate.asked.clear()
    assert read(tmp_path)["2026-01-05T08"].decode().splitlines() == lines
    # Groups, streams, four pages of the hour; what is read twice is not fetched twice.
    assert len(store.gate.asked) == 6
    read(tmp_path)
    assert len(store.gate.asked) == 8


def test_late_events_stand_at_the_end_of_a_later_look(
    store: Store, tmp_path: Path, clock: list[datetime]
) -> None:
    """The hour of a day ago has grown, whatever the times of what came late."""
    log_groups.put(store, GROUP, "a", {EIGHT + 30 * MINUTE: "in time"}, EIGHT + 31 * MINUTE)
    before = source(tmp_path).list()[0]
    assert read(tmp_path)["2026-01-05T08"] == b"in time\n"
    log_groups.put(store, GROUP, "b", {EIGHT + MINUTE: "late"}, EIGHT + 5 * HOUR)
    clock[0] = EIGHT + HOUR + DAY - timedelta(seconds=1)
    assert source(tmp_path).list()[0] == before
    clock[0] += timedelta(seconds=1)
    after = source(tmp_path).list()[0]
    assert (after.name, after.size) == (before.name, before.size)
    assert after.modified_ns - before.modified_ns == (DAY - 10 * MINUTE).total_seconds() * 10**9
    assert read(tmp_path)["2026-01-05T08"] == b"in time\nlate\n"


def test_what_came_in_a_moment_ago_waits(store: Store, tmp_path: Path, clock: list[datetime]) -> None:
    """Of the last two minutes a part may not be visible yet: it would stand before what was read."""
    now = clock[0]
    log_groups.put(store, GROUP, "a", {EIGHT: "old"}, now - 2 * MINUTE)
    log_groups.put(store, GROUP, "a", {EIGHT + MINUTE: "new"}, now - 2 * MINUTE + timedelta(milliseconds=1))
    assert read(tmp_path)["2026-01-05T08"] == b"old\n"


def looks(now: datetime, kept: timedelta | None = None) -> list[tuple[int, timedelta]]:
    """Of the hours 8 and 9: the hour, and how long after its end it was looked at."""
    found = hours(EIGHT + 59 * MINUTE, EIGHT + HOUR, now, kept)
    return [(hour.hour, look - hour - HOUR) for hour, look in found]


def test_the_looks_of_an_hour() -> None:
    soon, next_day, at_last = 10 * MINUTE, DAY, 14 * DAY + HOUR
    assert looks(EIGHT + HOUR + 9 * MINUTE) == []
    assert looks(EIGHT + HOUR + 10 * MINUTE) == [(8, soon)]
    assert looks(EIGHT + HOUR + DAY) == [(8, next_day), (9, soon)]
    assert looks(EIGHT + 2 * HOUR + 14 * DAY) == [(8, at_last), (9, next_day)]
    # A group that keeps two days: at the end of the second the hour begins to vanish.
    assert looks(EIGHT + 2 * DAY - MINUTE, 2 * DAY) == [(8, next_day), (9, next_day)]
    assert looks(EIGHT + 2 * DAY, 2 * DAY) == [(9, next_day)]


def test_a_look_back_asks_for_no_older_hours(store: Store, tmp_path: Path, clock: list[datetime]) -> None:
    """But for those whose last look, 14 days and an hour after their end, lies in it."""
    log_groups.put(store, GROUP, "a", {EIGHT: "a", EIGHT + 13 * DAY: "b"}, EIGHT + 13 * DAY)
    clock[0] = EIGHT + 60 * DAY
    since = EIGHT + 20 * DAY
    names = [item.name.rpartition("#")[2] for item in source(tmp_path).list(since)]
    # 20 days less 14 days less two hours; until two hours after the last event.
    assert (names[0], names[-1]) == ("2026-01-11T06", "2026-01-18T10")
    store.client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=60)
    assert source(tmp_path).list()[0].name.endswith("#2026-01-05T09")


def test_what_a_group_that_cannot_be_listed_says(
    store: Store, tmp_path: Path, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)

    def said() -> str:
        with pytest.raises(SourceError) as caught:
            source(tmp_path).list()
        return str(caught.value)

    assert said() == f"{LOCATION}: there is no such log group. Mend the location, or the region."
    # A group whose name begins so is another one.
    store.client("logs").create_log_group(logGroupName=f"{GROUP}-two")
    assert "there is no such log group" in said()
    store.client("logs").create_log_group(logGroupName=GROUP)
    assert said() == f"{LOCATION}: no event is there. Is the group right? Does it log there?"
    clock[0] = EIGHT + HOUR
    log_groups.put(store, GROUP, "a", {EIGHT: "x"}, EIGHT)
    assert said() == f"{LOCATION}: no hour with events is over. The next run looks again."
    store.gate.refuse = lambda environ: log_groups.UNKNOWN_TOKEN
    assert "the credentials are refused (UnrecognizedClientException). Set AWS_ACCESS_KEY_ID" in said()
    assert "AKIASECRET" not in said()
    store.gate.refuse = lambda environ: log_groups.THROTTLED
    assert said().endswith(
        "the service throttles (ThrottlingException). Nothing is lost: the next run asks again."
    )
    store.gate.refuse = lambda environ: None
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert "no region is set. Set AWS_DEFAULT_REGION" in said()


def test_throttling_is_waited_for_and_then_named(
    store: Store, tmp_path: Path, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", pauses.append)
    log_groups.put(store, GROUP, "a", {EIGHT: "x"}, EIGHT)
    opened = source(tmp_path)
    item = opened.list()[0]
    left = [2]

    def twice(environ: Environ) -> Answer | None:
        left[0] -= 1
        return log_groups.THROTTLED if left[0] >= 0 else None

    store.gate.refuse = lambda environ: log_groups.THROTTLED
    with pytest.raises(PassingObjectError, match=r"#2026-01-05T08: the service throttles \(Throttling"):
        opened.fetch(item)
    assert len(pauses) == 5
    assert [path for path in (tmp_path / "landing").rglob("*") if path.is_file()] == []
    store.gate.refuse = twice
    opened.fetch(item)
    assert len(pauses) == 7
    assert item.path.read_bytes() == b"x\n"
    item.path.unlink()
    store.client("logs").delete_log_group(logGroupName=GROUP)
    with pytest.raises(PassingObjectError, match="there is no such log group"):
        opened.fetch(item)


@pytest.mark.parametrize(
    "location", ["cloudwatch://", "cloudwatch://a b", "cloudwatch://a?region=x", "cloudwatch://a?streams="]
)
def test_what_is_no_log_group_says_what_to_write(location: str) -> None:
    with pytest.raises(LocationError, match=r"names no log group\. Write cloudwatch://<log group>"):
        scheme_of(location)
