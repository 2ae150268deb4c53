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
    assert key == "source:edge/0"
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
    assert key == "quarantine:edge/0"
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


def test_a_full_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(total=100 * 10**9, free=5 * 10**9)
    monkeypatch.setattr(check.shutil, "disk_usage", lambda path: usage)
    assert found(settings) == {}
    usage.free -= 1
    assert list(found(settings)) == ["disk:free"]


def test_what_is_found_arrives_at_the_webhook_once(settings: Settings) -> None:
    with webhook.listening() as hook:
        told = settings.model_copy(update={"alert_urls": Settings(alert_urls=[hook.url]).alert_urls})
        load(told, "b", [19], modified_ns=TODAY_NS, line_count=110, staged_count=99, quarantined_count=11)
        for hour in range(3):
            assert len(check.look(told, datetime(2026, 1, 22, hour, tzinfo=UTC))) == 2
        assert len(hook.told) == 1
        assert "Source edge is silent" in hook.told[0]
        assert "11 of 110 lines" in hook.told[0]
