"""What the hourly look finds; expected days and shares are worked out by hand."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from enrichers.identity import KeyRing
from ingest.errors import ObjectError
from pipeline.lake.ledger import Ledger
from pipeline.loading import pending
from pipeline.loading.refused import RefusedObjects
from pipeline.settings import Settings, Source
from pipeline.watch import check, rhythm
from tests.pipeline.loads import a_load
from tests.support import webhook

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
TODAY_NS = int(NOW.timestamp()) * 10**9


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A source that logged on each of the first 19 days of January, and all is well."""
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "a.log").write_text("{}\n", encoding="utf-8")
    made = Settings(data=tmp_path / "data", sources=[Source(name="edge", location=str(logs))])
    made.data.mkdir()
    load(made, "a", range(1, 20))
    return made


def load(settings: Settings, letter: str, days: range | list[int], **changes: object) -> None:
    counts = {f"2026-01-{day:02}": 10 for day in days}
    Ledger(settings.loads).commit(a_load(letter, counts, source="edge", **changes))


def found(settings: Settings, now: datetime = NOW) -> dict[str, str]:
    return {trouble.key: trouble.text for trouble in check.find(settings, now)}


def test_nothing_is_told_of_what_is_well(settings: Settings) -> None:
    assert found(settings) == {}


def test_a_source_that_is_silent_for_two_days(settings: Settings) -> None:
    """Its last request is of the 19th: 20th and 21st pass, and the 22nd is the day to speak."""
    assert found(settings, datetime(2026, 1, 21, 23, tzinfo=UTC)) == {}
    [(key, text)] = found(settings, datetime(2026, 1, 22, tzinfo=UTC)).items()
    assert key == "source:edge silent"
    assert text.startswith("Source edge is silent: no request since 2026-01-19, 3 days ago")
    assert text.endswith("Does the gateway still log there?")


def test_a_source_that_vanished_or_was_taken_out(settings: Settings) -> None:
    shutil.rmtree(settings.sources[0].location)
    [text] = found(settings).values()
    assert text.startswith("Source edge is gone: ")
    settings.sources[0] = Source(name="other", location=str(settings.data))
    assert any("configured no longer" in text for text in found(settings).values())


def test_a_gap(tmp_path: Path, settings: Settings) -> None:
    """Two days are missing on the way, of one that never missed any; a week later it is old news."""
    shutil.rmtree(settings.loads)
    load(settings, "b", [*range(1, 16), 18, 19])
    [(key, text)] = found(settings).items()
    assert key == "gap:edge 2026-01-16"
    assert "no request of 2026-01-16 to 2026-01-17, and never paused so long before" in text
    load(settings, "c", range(20, 28))
    assert found(settings, datetime(2026, 1, 28, tzinfo=UTC)) == {}


@pytest.mark.parametrize(
    ("days", "gaps"),
    [
        # Weekends are no gaps, a long one is; in the first fortnight nothing is.
        ([*range(5, 10), *range(12, 17), *range(19, 24), 27], [(24, 26)]),
        ([*range(5, 10), *range(12, 17), *range(19, 24), 26], []),
        ([*range(1, 16), 17, 20], [(16, 16), (18, 19)]),
        ([*range(1, 15), 16], []),
        ([], []),
    ],
)
def test_unusual_gaps(days: list[int], gaps: list[tuple[int, int]]) -> None:
    known = [date(2026, 1, day) for day in days]
    expected = [(date(2026, 1, first), date(2026, 1, last)) for first, last in gaps]
    assert rhythm.unusual_gaps(known, date(2026, 1, 31)) == expected


def test_a_quarantine_of_ten_percent_among_a_year_of_good_lines(settings: Settings) -> None:
    load(settings, "b", [19], modified_ns=TODAY_NS, line_count=110, staged_count=99, quarantined_count=11,
         reasons={"not_json": 11})  # fmt: skip
    load(settings, "c", [18], line_count=10**6, staged_count=10**6)
    [(key, text)] = found(settings).items()
    assert key == "quarantine:edge lines were lost"
    assert "11 of 110 lines (10.0 %): not_json 11" in text
    assert "log with escape=json" in text
    settings.quarantine_warning_share = 0.1
    assert found(settings) == {}


def test_refused_objects(settings: Settings) -> None:
    for name in ("/logs/b.log", "/logs/c.log"):
        item = pending.PendingObject("edge", name, name, 1, 1, "auto")
        RefusedObjects(settings.refused).add(item, ObjectError(name, "is odd"), NOW)
    assert found(settings) == {
        "refused:edge": "Refused objects of source edge: 2; `make status` names them. The first:"
        " /logs/b.log: is odd"
    }


def test_reference_data_keys_and_landed_objects_past_their_date(settings: Settings) -> None:
    """A year without a source, 45 days with one; keys a day after their 100 days; objects after 7 + 1."""
    (settings.reference / "asn" / "2025-01-19").mkdir(parents=True)
    (settings.reference / "country" / "2025-01-20").mkdir(parents=True)
    assert list(found(settings)) == ["reference:asn"]
    KeyRing(settings.keys, "year").ensure(["2025"], datetime(2025, 12, 1, tzinfo=UTC))
    old = settings.landing / "fetched" / "a.gz"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x")
    moment = (NOW - timedelta(days=8, seconds=1)).timestamp()
    os.utime(old, (moment, moment))
    assert list(found(settings)) == ["reference:asn", "personal data:landing"]
    os.utime(old, (moment + 2, moment + 2))
    assert list(found(settings)) == ["reference:asn"]
    # 2025 ends with the year; day 100 of 2026 is the 10th of April, the key dies on the 11th.
    keys = "personal data:keys"
    assert keys not in found(settings, datetime(2026, 4, 11, 23, tzinfo=UTC))
    assert "2025" in found(settings, datetime(2026, 4, 12, tzinfo=UTC))[keys]


@pytest.mark.parametrize(("minutes", "is_told"), [(60, True), (5, False), (-600, False)])
def test_a_clock_that_is_an_hour_fast(settings: Settings, minutes: int, is_told: bool) -> None:
    """No line can be younger than the file that it stands in; older it often is."""
    last = (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S.500000")
    load(settings, "b", [19], modified_ns=TODAY_NS + 500_000_000, last_logged_at=last)
    load(settings, "c", [19], modified_ns=TODAY_NS, last_logged_at="2026-01-20 11:59:00")
    told = found(settings)
    assert list(told) == (["clock:edge"] if is_told else [])
    if is_told:
        assert "up to 60 minutes ahead of b.log, which holds them" in told["clock:edge"]
    # A week later it is old news.
    assert "clock:edge" not in found(settings, NOW + timedelta(days=7, seconds=1))


def test_a_full_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(total=100 * 10**9, free=5 * 10**9)
    monkeypatch.setattr(check.shutil, "disk_usage", lambda path: usage)
    assert found(settings) == {}
    usage.free -= 1
    assert list(found(settings)) == ["disk:nearly full"]


def everything_wrong(settings: Settings) -> None:
    """One of each kind that the hourly look knows, for noon of the 23rd."""
    shutil.rmtree(settings.loads)
    # The 16th is missing, so that five days without a request are unusual, and four are not.
    load(settings, "b", [*range(1, 16), 17])
    load(settings, "c", [18], modified_ns=TODAY_NS, line_count=110, staged_count=99, quarantined_count=11,
         reasons={"not_json": 11}, last_logged_at="2026-01-20 13:00:00")  # fmt: skip
    Ledger(settings.loads).commit(a_load("d", {"2026-01-20": 1}, source="former"))
    item = pending.PendingObject("edge", "/logs/b.log", "/logs/b.log", 1, 1, "auto")
    RefusedObjects(settings.refused).add(item, ObjectError("/logs/b-198.51.100.7.log", "is odd"), NOW)
    (settings.reference / "asn" / "2025-01-19").mkdir(parents=True)
    KeyRing(settings.keys, "year").ensure(["2024"], datetime(2024, 12, 1, tzinfo=UTC))
    old = settings.landing / "a.gz"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x")
    moment = (NOW - timedelta(days=9)).timestamp()
    os.utime(old, (moment, moment))


def test_all_that_is_found_arrives_at_the_webhook_in_one_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind once, with what to do, without an address; what is mended is told, the rest not again."""
    everything_wrong(settings)
    monkeypatch.setattr(check.shutil, "disk_usage", lambda path: SimpleNamespace(total=10**11, free=10**9))
    now = datetime(2026, 1, 23, 12, tzinfo=UTC)
    with webhook.listening() as hook:
        told = settings.model_copy(update={"alert_urls": Settings(alert_urls=[hook.url]).alert_urls})
        for hour in range(3):
            check.look(told, now + timedelta(hours=hour))
        [message] = hook.told
        for text in (
            "Source edge is silent: no request since 2026-01-18, 5 days ago",
            "Source former delivered 1 objects and is configured no longer",
            "Source edge has no request of 2026-01-16,",
            "Refused objects of source edge: 1",
            "b-[address].log: is odd",
            "11 of 110 lines (10.0 %)",
            "Source edge: the times of its lines are up to 60 minutes ahead of c.log",
            "The reference data asn is 369 days old",
            "Identity keys past their date are still there: 2024",
            "Objects in landing/ past their 7 days: 1.",
            "The disk of the data directory has 1.0 GB left",
        ):
            assert text in message
        assert "198.51.100.7" not in message
        shutil.rmtree(settings.refused)
        check.look(told, now + timedelta(hours=4))
        assert "This has passed: refused: edge." in hook.told[1]
        assert "silent" not in hook.told[1]
        shutil.rmtree(settings.sources[0].location)
        check.look(told, now + timedelta(hours=5))
        assert "Source edge is gone: " in hook.told[2]
