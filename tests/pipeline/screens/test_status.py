from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.console import Console

from ingest.errors import ObjectError
from pipeline.catalogue import store
from pipeline.catalogue.registry import Unanswered
from pipeline.lake.ledger import Ledger
from pipeline.loading import pending
from pipeline.loading.refused import RefusedObjects
from pipeline.screens import status, status_screen
from pipeline.settings import Settings, Source
from tests.pipeline.loads import a_load

NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "new.log").write_text("{}\n", encoding="utf-8")
    return Settings(data=tmp_path / "data", sources=[Source(name="edge", location=str(logs))])


def shown(settings: Settings) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        status_screen.show(status.read(settings, NOW), settings, NOW, console)
    return capture.get()


def commit(settings: Settings) -> None:
    ledger = Ledger(settings.loads)
    ledger.commit(
        a_load(
            "a",
            {"2026-01-01": 10, "2026-01-04": 5},
            source="edge",
            last_logged_at="2026-01-04 09:00:00",
            quarantined_count=3,
            reasons={"not_json": 2, "too_long": 1},
            line_count=18,
        )
    )
    ledger.commit(a_load("b", {"2026-01-01": 10}, source="edge", last_logged_at="2026-01-01 09:00:00"))
    # Superseded: its lines are those of another load.
    ledger.commit(a_load("c", {"2026-01-05": 10}, source="edge"))
    ledger.commit(a_load("d", {"2026-01-05": 12}, source="edge", supersedes="c" * 32))


def test_what_is_there(settings: Settings) -> None:
    commit(settings)
    found = status.read(settings, NOW)
    assert (found.loads, found.lines) == (3, 18 + 10 + 12)
    assert found.losses.reasons == {"not_json": 2, "too_long": 1}
    assert [(one.name, one.last_logged_at) for one in found.sources] == [("edge", "2026-01-04 09:00:00")]
    assert found.missing_days == [date(2026, 1, 2), date(2026, 1, 3)]
    assert (found.unpublished_loads, found.pending_objects) == (4, 1)
    text = shown(settings)
    assert "delivered until 2026-01-04 09:00 UTC, 2 days ago" in text
    assert "2: 2026-01-02, 2026-01-03" in text
    assert "3 of 40 lines (7.5 %): not_json 2, too_long 1" in text


def test_the_next_step(settings: Settings) -> None:
    assert status.read(settings, NOW).next_step.startswith("Nothing is loaded yet")
    commit(settings)
    assert status.read(settings, NOW).next_step.startswith("A run loaded objects and did not publish them")
    settings.marts.touch()
    content = {"load_ids": [letter * 32 for letter in "abcd"], "fingerprint": None, "catalogue": None}
    settings.publication.write_text(json.dumps(content), encoding="utf-8")
    assert status.read(settings, NOW).next_step.startswith("New objects wait")
    settings.sources[0].location = str(settings.data / "nowhere")
    assert status.read(settings, NOW).next_step.startswith("All is published")


def test_a_source_that_cannot_be_listed_is_named(settings: Settings) -> None:
    settings.sources.append(Source(name="gone", location="/no/such/place"))
    found = status.read(settings, NOW)
    assert (found.pending_objects, [one.name for one in found.sources if one.problem]) == (1, ["gone"])
    assert "Look: Source gone is gone: /no/such/place: no such file or folder" in shown(settings)


def test_without_a_source_nothing_is_said_to_wait(settings: Settings) -> None:
    settings.sources.clear()
    found = status.read(settings, NOW)
    assert found.pending_objects is None
    assert "no source of logs is configured" in shown(settings)


def test_look_ups_that_failed_are_counted_by_their_last_reason(settings: Settings) -> None:
    """One digest was learned in the end, one failed twice for two reasons, one too often."""
    assert "no registry is configured" in shown(settings)
    settings.registry = "https://registry.example"
    assert "none failed" in shown(settings)
    failed = [
        ("learned", "timeout", 1), ("twice", "timeout", 1), ("twice", "not found", 2),
        ("given up", "not found", 5),
    ]  # fmt: skip
    rows = [
        {"repository": "a", "digest": digest, "reason": reason, "attempts": attempts}
        for digest, reason, attempts in failed
    ]
    store.append(settings.failures, store.FAILURE_COLUMNS, rows)
    manifest = dict.fromkeys(store.COLUMNS) | {"digest": "learned", "kind": "image", "repository": "a"}
    store.append(settings.manifests, store.COLUMNS, [manifest])
    assert status.read(settings, NOW).lookups == Unanswered({"not found": 2}, given_up=1)
    assert "2 failed: not found 2; 1 of them will not be asked for again" in shown(settings)


def test_sizes_are_of_what_lies_on_the_disk(settings: Settings) -> None:
    (settings.lake / "requests").mkdir(parents=True)
    (settings.lake / "requests" / "a.parquet").write_bytes(bytes(100))
    (settings.lake / "b.json").write_bytes(bytes(23))
    settings.marts.write_bytes(bytes(7))
    day = settings.pull_requests / "pull_date=2026-01-01"
    day.mkdir(parents=True)
    (day / "data_0.parquet").write_bytes(bytes(11))
    found = status.read(settings, NOW).bytes_on_disk
    assert found == {
        "lake": 123,
        "landing": 0,
        "pullhouse.duckdb": 7,
        "parquet": 11,
        "warehouse.duckdb": 0,
        "scratch.duckdb": 0,
    }


def healthy(settings: Settings, *days: str) -> None:
    """All that the sources have is loaded and published; one object a day."""
    (Path(settings.sources[0].location) / "new.log").unlink()
    letters = "abcdefghij"[: len(days)]
    ledger = Ledger(settings.loads)
    for letter, day in zip(letters, days, strict=True):
        log = Path(settings.sources[0].location) / f"{letter}.log"
        log.write_text("{}\n", encoding="utf-8")
        [item] = [item for item in pending.look(settings).found if item.name == str(log)]
        ledger.commit(
            a_load(
                letter, {day: 10}, source="edge", object_name=item.name, size=item.size,
                modified_ns=item.modified_ns, last_logged_at=f"{day} 23:00:00",
            )
        )  # fmt: skip
    settings.marts.touch()
    content = {"load_ids": [letter * 32 for letter in letters], "fingerprint": None, "catalogue": []}
    settings.publication.write_text(json.dumps(content), encoding="utf-8")


def said(settings: Settings) -> tuple[int, str]:
    """The exit code, and all problems."""
    found = status.read(settings, NOW)
    return found.exit_code, " ".join(problem.text for problem in found.problems)


WELL = ("2026-01-03", "2026-01-04", "2026-01-05")


def test_all_is_well(settings: Settings) -> None:
    healthy(settings, *WELL)
    assert said(settings) == (0, "")
    # As `make run` says it: with DATA alone.
    settings.sources.clear()
    assert said(settings) == (0, "")


def test_nothing_is_loaded(settings: Settings) -> None:
    assert said(settings) == (1, "Nothing is loaded.")


def test_what_was_loaded_was_never_published(settings: Settings) -> None:
    healthy(settings, *WELL)
    settings.marts.unlink()
    code, text = said(settings)
    assert (code, "nothing was ever published" in text) == (2, True)


def test_what_an_older_version_published_is_replaced_by_the_next_run(settings: Settings) -> None:
    healthy(settings, *WELL)
    settings.marts.rename(settings.former_marts)
    assert said(settings) == (1, "marts.duckdb is of an older version: make run replaces it.")


def test_refused_objects_are_shown_with_their_reason(settings: Settings) -> None:
    healthy(settings, *WELL)
    for number in range(12):
        name = f"{number:02}.log"
        item = pending.PendingObject("edge", name, name, 1, 1, "auto")
        RefusedObjects(settings.refused).add(item, ObjectError(name, "is odd"), NOW)
    assert said(settings) == (1, "Refused objects: 12; their reasons stand below.")
    text = shown(settings)
    assert "Refused since 2026-01-06: 09.log: is odd" in text
    assert "10.log" not in text
    assert "… and 2 more" in text
    Ledger(settings.loads)
    for path in settings.loads.rglob("*.json"):
        path.unlink()
    assert said(settings)[0] == 2
    assert "Mend what is refused" in status.read(settings, NOW).next_step


def test_a_share_above_the_setting_is_a_warning(settings: Settings) -> None:
    healthy(settings, *WELL)
    lost = a_load(
        "z", {"2026-01-05": 95}, source="edge", line_count=100, quarantined_count=5, without_address_count=3,
        reasons={"missing_field": 5}, missing_fields={"status": 5},
    )  # fmt: skip
    Ledger(settings.loads).commit(lost)
    content = json.loads(settings.publication.read_text("utf-8"))
    content["load_ids"].append("z" * 32)
    settings.publication.write_text(json.dumps(content), encoding="utf-8")
    code, text = said(settings)
    assert code == 1
    assert "5 of 130 lines (3.8 %): missing_field 5 (status 5). What to do: missing_field: log the" in text
    assert "3 of 125 requests (2.4 %)" in text
    settings.quarantine_warning_share = 0.05
    assert said(settings) == (0, "")


def test_a_silent_source(settings: Settings) -> None:
    """With requests on each day until the 3rd, none on the 4th, 5th and 6th."""
    healthy(settings, "2026-01-01", "2026-01-02", "2026-01-03")
    code, text = said(settings)
    assert code == 1
    assert "Source edge is silent: no request since 2026-01-03, 3 days ago; its longest gap" in text
    assert status.read(settings, NOW.replace(day=5)).exit_code == 0


def test_the_sample_is_never_silent(settings: Settings) -> None:
    healthy(settings, *WELL)
    for path in settings.loads.rglob("*.json"):
        path.unlink()
    name = f"{settings.landing}/sample/logs/a.jsonl.gz"
    for letter, day in zip("abc", ("2025-01-01", "2025-01-02", "2025-01-03"), strict=True):
        Ledger(settings.loads).commit(a_load(letter, {day: 1}, source="edge", object_name=name))
    settings.sources.clear()
    assert said(settings) == (0, "")


def test_vanished_sources(settings: Settings) -> None:
    healthy(settings, *WELL)
    settings.sources.append(Source(name="other", location="/no/such/place"))
    code, text = said(settings)
    assert (code, "Source other is gone: /no/such/place: no such file" in text) == (1, True)
    settings.sources.pop(0)
    code, text = said(settings)
    assert code == 2
    assert "Source edge delivered 3 objects and is configured no longer" in text


def test_json_for_programs(settings: Settings) -> None:
    """The keys are public: docs/operations.md names them."""
    healthy(settings, *WELL)
    found = json.loads(json.dumps(status_screen.as_json(status.read(settings, NOW), settings)))
    assert (found["state"], found["problems"], found["loaded_objects"]) == ("well", [], 3)
    assert found["sources"] == [
        {
            "name": "edge", "is_configured": True, "objects": 3, "last_logged_at": "2026-01-05 23:00:00",
            "last_day": "2026-01-05", "longest_gap_days": 1, "is_silent": False, "problem": None,
        }
    ]  # fmt: skip
    page = (Path(__file__).resolve().parents[3] / "docs" / "operations.md").read_text("utf-8")
    named = set(re.findall(r"`(\w+)`", page))
    assert {*found, *found["sources"][0]} <= named
