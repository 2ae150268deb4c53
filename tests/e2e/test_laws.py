"""The laws of the design, on real objects: order, repetition, splits, killed runs, incremental builds."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.lake import parquet
from pipeline.lake.ledger import Ledger
from pipeline.loading import attributes
from pipeline.settings import Settings
from pipeline.warehouse import build, plan, publish, pull_requests
from tests.support.factories import Traffic
from tests.support.layouts import Corpus, Line, packed, write
from tests.support.warehouse import build_and_publish, load_logs, make, quick_dbt, without_data_tests

# Depend on when an object was loaded and how objects were cut, not on what was pulled.
BOOKKEEPING = {"load_ledger", "data_quality_daily", "data_quality_daily_base"}
BOOKKEEPING_ROWS = {"excluded_traffic_daily": "where reason not in ('duplicate', 'quarantined', 'blank')"}


@pytest.fixture(scope="session")
def days(corpus: Path) -> list[list[Line]]:
    """Three objects of packed scenarios that cross midnights, and a fourth that is late for all of them."""
    layout = packed(Corpus(corpus), seed=23, first_midnight=datetime(2026, 4, 5, tzinfo=UTC))
    wanted = [
        line
        for line in layout.lines
        if float(line["msec"]) < datetime(2026, 4, 8, 12, tzinfo=UTC).timestamp()
    ]
    parts: list[list[Line]] = [[], [], [], []]
    for number, line in enumerate(wanted):
        late = number % 7 == 3
        day = datetime.fromtimestamp(float(line["msec"]), UTC).day
        parts[3 if late else day % 3].append(line)
    return parts


@pytest.fixture(scope="session")
def at_once(days: list[list[Line]], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """All objects loaded and built in one go: what everything else must equal."""
    folder = tmp_path_factory.mktemp("at-once")
    for number, lines in enumerate(days):
        write(lines, folder / "logs" / f"{number}.jsonl")
    return make(folder / "data", folder / "logs").settings


def test_one_object_after_the_other_equals_all_at_once(
    days: list[list[Line]], at_once: Settings, tmp_path: Path
) -> None:
    """Law 3: incremental equals rebuild, with a late object that dirties days built before; law 2: any order.

    The origins have the same pseudonyms in both, since both use the same keys.
    """
    settings = _settings_with_keys_of(at_once, tmp_path)
    for number in (2, 0, 1, 3):
        write(days[number], tmp_path / "logs" / f"another-name-{number}.jsonl")
        load_logs(settings)
        build_and_publish(settings)
    assert contents(settings) == contents(at_once)


def test_split_and_doubled_objects_change_nothing(
    days: list[list[Line]], at_once: Settings, tmp_path: Path
) -> None:
    """Law 2: the lines carry a request id, so other cuts, or lines sent twice, are no matter."""
    settings = _settings_with_keys_of(at_once, tmp_path)
    lines = [line for part in days for line in part]
    write(lines[:50], tmp_path / "logs" / "a.jsonl")
    write(lines[30:], tmp_path / "logs" / "b.jsonl")
    load_logs(settings)
    shutil.copy(tmp_path / "logs" / "a.jsonl", tmp_path / "logs" / "a copy.jsonl")
    assert load_logs(settings)["already_loaded"] == 1
    build_and_publish(settings)
    assert contents(settings) == contents(at_once)
    duplicates = _query(settings, "select sum(duplicate_count) from data_quality_daily")
    assert duplicates == [(20,)]


def test_a_lost_line_is_noticed(days: list[list[Line]], at_once: Settings, tmp_path: Path) -> None:
    """The planted defect of this file: one line less is not the same content."""
    settings = _settings_with_keys_of(at_once, tmp_path)
    lines = [line for part in days for line in part]
    first_layer = next(number for number, line in enumerate(lines) if "/blobs/" in line["request_uri"])
    write(lines[:first_layer] + lines[first_layer + 1 :], tmp_path / "logs" / "a.jsonl")
    load_logs(settings)
    build_and_publish(settings, only=("fct_pulls",))
    assert contents(settings)["fct_pulls_base"] != contents(at_once)["fct_pulls_base"]


def test_a_run_killed_between_its_steps_is_repeated(
    days: list[list[Line]], at_once: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Law 2: killed between the files and the ledger entry, and between build and publication."""
    settings = _settings_with_keys_of(at_once, tmp_path)
    for number, lines in enumerate(days):
        write(lines, tmp_path / "logs" / f"{number}.jsonl")
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "commit", _killed)
        with pytest.raises(KeyboardInterrupt):
            load_logs(settings)
    assert list(settings.requests.rglob("*.parquet"))
    assert Ledger(settings.loads).loads == {}
    load_logs(settings)
    plan.write(settings)
    with quick_dbt(), without_data_tests():
        build.run(settings)
    with monkeypatch.context() as patched:
        patched.setattr(publish, "write_durably", _killed)
        with pytest.raises(KeyboardInterrupt):
            publish.publish(settings)
    build_and_publish(settings)
    assert contents(settings) == contents(at_once)


def test_a_second_run_changes_nothing(at_once: Settings) -> None:
    """Nothing is loaded, nothing is planned, and the published file stays as it is, byte by byte."""
    before = hashlib.sha256(at_once.marts.read_bytes()).hexdigest()
    assert load_logs(at_once)["objects"] == 0
    assert build_and_publish(at_once)["rebuilt_days"] == 0
    assert hashlib.sha256(at_once.marts.read_bytes()).hexdigest() == before


def test_a_failing_data_test_publishes_nothing(
    at_once: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Law 4: two rows with one pull_id break a grain test; nothing is published, the error names the test."""
    settings = _settings_with_keys_of(at_once, tmp_path)
    traffic = Traffic("broken/grain", "198.51.100.99")
    traffic.manifest("2026-04-05 10:00:00", "HEAD", "latest")
    write(traffic.lines, tmp_path / "logs" / "a.jsonl")
    load_logs(settings)
    # A copy of the file under another name, in the plan: what a bug in the plan would do.
    honest = plan._files

    def doubled(ledger: Ledger, days: set[object]) -> list[str]:
        return honest(ledger, days) * 2  # type: ignore[arg-type]

    monkeypatch.setattr(plan, "_files", doubled)
    with pytest.raises(build.BuildError, match="assert_staged_lines_are_distinct_or_duplicates"):
        build_and_publish(settings, data_tests=True)
    assert not settings.marts.exists()


def test_a_line_that_became_two_rows_is_noticed(
    at_once: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Law 1: a join that doubles the lines of an object would otherwise pass for copies of them."""
    settings = _settings_with_keys_of(at_once, tmp_path)
    traffic = Traffic("broken/join", "198.51.100.98")
    traffic.manifest("2026-01-05 10:00:00", "HEAD", "latest")
    traffic.manifest("2026-03-05 10:00:00", "HEAD", "latest")
    write(traffic.lines, tmp_path / "logs" / "a.jsonl")
    condition = "epochs e on cast(l.requested_at as date) = e.date"
    assert condition in attributes.NUMBERED_LINES
    doubling = attributes.NUMBERED_LINES.replace(condition, "epochs e on true")
    monkeypatch.setattr(attributes, "NUMBERED_LINES", doubling)
    load_logs(settings)
    with pytest.raises(build.BuildError, match="assert_staged_lines_stand_on_their_days"):
        build_and_publish(settings, data_tests=True)


def contents(settings: Settings) -> dict[str, str]:
    """A digest of each mart's rows, in any order, without what tells when and how they were loaded."""
    with duckdb.connect() as con:
        con.execute(f"attach {parquet.quoted(str(settings.marts))} as pullhouse (read_only)")
        tables = con.execute("select schema_name, table_name from duckdb_tables() order by all").fetchall()
        found = {
            name: _digest(con, f'pullhouse.{schema}."{name}" {BOOKKEEPING_ROWS.get(name, "")}')
            for schema, name in tables
            if name not in BOOKKEEPING
        }
        # Not where a test builds a few models only.
        if settings.pull_requests.is_dir() and any(settings.pull_requests.iterdir()):
            found["pull_requests"] = _digest(con, f"'{pull_requests.file_of(settings, '*')}'")
        return found


def _digest(con: duckdb.DuckDBPyConnection, wanted: str) -> str:
    query = f"select count(*), sum(cast(hash(found) as hugeint)) from (from {wanted}) as found"
    return repr(con.execute(query).fetchall())


def _settings_with_keys_of(other: Settings, folder: Path) -> Settings:
    shutil.copytree(other.keys, folder / "data" / "keys")
    return Settings(data=folder / "data", logs=str(folder / "logs"))


def _query(settings: Settings, text: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as con:
        con.execute(f"attach {parquet.quoted(str(settings.marts))} as pullhouse (read_only)")
        con.execute("use pullhouse.marts")
        return con.execute(text).fetchall()


def _killed(*arguments: object) -> None:
    raise KeyboardInterrupt
